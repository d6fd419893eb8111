import type { Event, StageReport } from '../../core/events.ts';
import type { Reason } from '../../core/plan/types.ts';
import type { StageAddress } from '../../core/stage.ts';
import { formatDuration } from '../format/duration.ts';
import { headline } from '../format/headline.ts';
import { printable } from '../format/printable.ts';
import { truncate } from '../format/text-width.ts';
import type { Style } from '../style.ts';
import { outcomeGlyph, outcomePaint } from './outcome.ts';
import { reasonSummary } from './reason-text.ts';

/** `▶ train  started: params.yaml:train.lr 0.05 → 0.1`. */
export function startLine(stage: StageAddress, reasons: readonly Reason[], style: Style): string {
  const why = reasonSummary(reasons, style.glyphs);
  return `${style.cyan(style.glyphs.running)} ${style.bold(printable(stage))} started${why === '' ? '' : style.dim(`: ${why}`)}`;
}

/** `✓ train  ran in 2.1 s on wasm (params.yaml:train.lr 0.05 → 0.1)`. */
export function finishLine(report: StageReport, style: Style): string {
  const paint = outcomePaint(report.outcome, style);
  const time = report.outcome === 'ran' || report.outcome === 'failed' ? ` in ${formatDuration(report.durationMs)}` : '';
  const saved = report.savedMs === undefined ? '' : `, ${formatDuration(report.savedMs)} saved`;
  const why = report.error === undefined ? reasonSummary(report.reasons, style.glyphs) : headline(report.error.message);
  const on = report.backend === undefined ? '' : ` on ${report.backend.name}`;
  const head = `${outcomeGlyph(report.outcome, style.glyphs)} ${printable(report.name)} ${report.outcome}${time}${on}${saved}`;
  const tail = why === '' ? '' : `: ${why}`;
  const cut = truncate(head + tail, style.width, style.glyphs.ellipsis);
  return paint(cut.slice(0, head.length)) + style.dim(cut.slice(head.length));
}

export function warningLines(event: Extract<Event, { type: 'warning' }>, style: Style): string[] {
  const { file, line, column, hint } = event.problem ?? {};
  const place = file === undefined ? '' : ` (${[file, line, column].filter((part) => part !== undefined).join(':')})`;
  const [first = '', ...rest] = event.message.split('\n');
  const lines = [`${style.yellow('warning:')} ${printable(first)}${printable(place)}`, ...rest.map((text) => `  ${printable(text)}`)];
  if (hint === undefined) return lines;
  const [what = '', ...more] = hint.split('\n');
  return [...lines, `${style.cyan('hint:')} ${printable(what)}`, ...more.map((text) => `      ${printable(text)}`)];
}

export function noteLines(message: string): string[] {
  return message.split('\n').map(printable);
}
