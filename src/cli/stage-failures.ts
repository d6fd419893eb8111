import { CATALOGUE, EXIT, type ErrorCode } from '../core/errors/catalogue.ts';
import type { StageReport } from '../core/events.ts';
import { printable } from '../ui/format/printable.ts';
import type { Style } from '../ui/style.ts';
import type { Outcome } from './command.ts';

type Failure = NonNullable<Outcome['failure']>;

/** The failed stages of a repro as one error: that of the stage if it is only one. */
export function stageFailure(failed: readonly StageReport[], blocked: readonly StageReport[]): Failure {
  const [first] = failed;
  if (first === undefined) {
    const names = blocked.map((stage) => `'${stage.name}'`).join(', ');
    return { code: 'MLO_STAGE_FAILED', message: `Blocked, and nothing can be done about it from here: ${names}`, hint: 'mlo status --why' };
  }
  const hint = first.error?.hint ?? `mlo logs ${first.name}`;
  if (failed.length > 1)
    return { code: 'MLO_STAGE_FAILED', message: `${failed.length} stages failed: ${failed.map((stage) => stage.name).join(', ')}`, hint };
  return { code: stageCode(first), message: first.error?.message ?? `Stage '${first.name}' failed`, hint };
}

/** What went wrong in each stage; `verbose`: with the stack of the user's own code. */
export function failureLines(failed: readonly StageReport[], style: Style, verbose: boolean): string[] {
  return failed.flatMap(({ error }) => {
    if (error === undefined) return [];
    const [first = '', ...rest] = error.message.split('\n');
    const stack = verbose && typeof error.details?.['stack'] === 'string' ? error.details['stack'].split('\n') : [];
    const head = `${style.red(style.bold(`error[${error.code}]`))}: ${style.bold(printable(first))}`;
    return ['', head, ...rest.map((line) => `  ${printable(line)}`), ...stack.map((line) => style.dim(`  ${printable(line)}`))];
  });
}

/** The exit code of a failed repro is 1, so its code is one of those. */
function stageCode({ error }: StageReport): ErrorCode {
  const code = error?.code as ErrorCode | undefined;
  return code !== undefined && CATALOGUE[code]?.exit === EXIT.stageFailed ? code : 'MLO_STAGE_FAILED';
}
