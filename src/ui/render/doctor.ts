import type { DoctorData } from '../../app/doctor.ts';
import { count } from '../format/number.ts';
import { printable } from '../format/printable.ts';
import { padEnd, textWidth } from '../format/text-width.ts';
import type { Style } from '../style.ts';

export function doctorLines({ checks }: DoctorData, style: Style): string[] {
  const marks = { ok: style.green(style.glyphs.done), warn: style.yellow(style.glyphs.warning), fail: style.red(style.glyphs.failed) };
  const width = Math.max(0, ...checks.map((check) => textWidth(check.name)));
  const lines = checks.flatMap(({ name, status, message, fix }) => [
    `${marks[status]} ${padEnd(printable(name), width)}  ${printable(message)}`,
    ...(fix === undefined ? [] : [`  ${' '.repeat(width)}  ${style.cyan('fix:')} ${printable(fix)}`]),
  ]);
  const failed = checks.filter((check) => check.status === 'fail').length;
  const warned = checks.filter((check) => check.status === 'warn').length;
  const sum = failed > 0 ? style.red(`${count(failed, 'check')} failed`) : 'No check failed';
  return [...lines, warned > 0 ? `${sum}, ${count(warned, 'warning')}` : sum];
}
