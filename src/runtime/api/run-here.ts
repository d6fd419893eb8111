import type { StageRun } from './stage-run.ts';

/** Shared by every copy of `mlo-cli` in this thread. */
const RUN = Symbol.for('mlo-cli.run-here');

/** The run of the stage that this thread or process runs. */
export function offerRun(run: StageRun): void {
  (globalThis as { [RUN]?: StageRun })[RUN] = run;
}

/** Undefined outside of stage modules. */
export function runHere(): StageRun | undefined {
  return (globalThis as { [RUN]?: StageRun })[RUN];
}
