import { CATALOGUE, EXIT, type ErrorCode } from '../core/errors/catalogue.ts';
import type { StageReport } from '../core/events.ts';
import { shellWord } from '../core/text/shell-word.ts';
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
  if (failed.length > 1) {
    const message = `${failed.length} stages failed: ${failed.map((stage) => stage.name).join(', ')}`;
    return { code: 'MLO_STAGE_FAILED', message, hint: 'mlo runs show' };
  }
  return { code: stageCode(first), message: first.error?.message ?? `Stage '${first.name}' failed`, hint: hintOf(first) };
}

export interface FailureView {
  /** With the stack of the user's own code. */
  readonly verbose: boolean;
  readonly hints: boolean;
}

/** What went wrong in each stage, and what to type about it. */
export function failureLines(failed: readonly StageReport[], style: Style, { verbose, hints }: FailureView): string[] {
  return failed.flatMap((stage) => {
    const { error } = stage;
    if (error === undefined) return [];
    const [first = '', ...rest] = error.message.split('\n');
    const stack = verbose && typeof error.details?.['stack'] === 'string' ? error.details['stack'].split('\n') : [];
    const head = `${style.red(style.bold(`error[${error.code}]`))}: ${style.bold(printable(first))}`;
    const hint = hints ? hintLines(hintOf(stage), style) : [];
    return ['', head, ...rest.map((line) => `  ${printable(line)}`), ...stack.map((line) => style.dim(`  ${printable(line)}`)), ...hint];
  });
}

/** A stage that never began has no log. */
function hintOf({ name, runId, error }: StageReport): string {
  return error?.hint ?? (runId === undefined ? 'mlo status' : `mlo logs ${shellWord(name)}`);
}

function hintLines(hint: string, style: Style): string[] {
  const [first = '', ...rest] = hint.split('\n');
  return [`${style.cyan('hint:')} ${printable(first)}`, ...rest.map((line) => `      ${printable(line)}`)];
}

/** The exit code of a failed repro is 1, so its code is one of those. */
function stageCode({ error }: StageReport): ErrorCode {
  const code = error?.code as ErrorCode | undefined;
  return code !== undefined && CATALOGUE[code]?.exit === EXIT.stageFailed ? code : 'MLO_STAGE_FAILED';
}
