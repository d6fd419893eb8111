import type { Invocation, Outcome } from './command.ts';

const HINT = 'add stages to pipeline.yaml, or look at an example: mlo init iris --template iris';

/** A pipeline without stages is no error; the hint what to do about it is told to programs as well. */
export function noStages({ context, globals }: Invocation, data: unknown, lines: Iterable<string>): Outcome {
  if (globals.output !== 'human') context.emit({ type: 'warning', message: `There are no stages: ${HINT}` });
  return { data, lines, hint: HINT };
}
