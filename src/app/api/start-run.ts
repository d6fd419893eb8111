import { AsyncLocalStorage } from 'node:async_hooks';
import type { RunId } from '../../core/run.ts';
import type { Value } from '../../core/value.ts';
import { checkNode } from './check-node.ts';
import { scriptName } from '../log/script-name.ts';
import { runHere } from '../../runtime/api/run-here.ts';
import { valueError } from '../../runtime/api/coded-error.ts';
import type { StageRun } from '../../runtime/api/stage-run.ts';

/** The run of the `withRun` that a call stands in. */
const around = new AsyncLocalStorage<StageRun>();

/** Runs of `startRun` that have not ended, in order. */
let begun: readonly StageRun[] = [];

export interface StartRunOptions {
  /** Default: the file name of the script. */
  readonly name?: string;
  /** Default: that of the parent, else 'Default'. */
  readonly experiment?: string;
  readonly params?: { readonly [name: string]: Value };
  readonly tags?: { readonly [name: string]: string };
  /** The run to start it below, or its id. */
  readonly parent?: StageRun | RunId;
  /**
   * Below the run that is at work here: that of the `withRun` around this call, else the one that `startRun` has started last and that
   * has not ended, else that of the stage that has started the process.
   */
  readonly nested?: boolean;
}

/**
 * Starts a run from any script, in the project around the current folder; a pipeline is not needed. The run ends with `run.end()`,
 * else with the process: FINISHED, FAILED by an uncaught error or an exit code, KILLED by a signal. It keeps no process alive.
 *
 * In a script that a stage starts, it goes on with the run of the stage, unless a name, a parent, an experiment or `nested` asks for one below
 * it; in a stage module likewise.
 *
 * Errors have a `code`: MLO_NOT_A_PROJECT, MLO_CONFIG, MLO_TRACKING, MLO_RUN_UNKNOWN (parent), MLO_RUNTIME (Node.js is too old),
 * MLO_RUN_VALUE (a name, param or tag that no run can have).
 */
export async function startRun(options: StartRunOptions = {}): Promise<StageRun> {
  const run = await start(options);
  begun = [...begun.filter((each) => each !== run && !each.ended), run];
  return run;
}

/** A run that ends with `work`: FINISHED, or FAILED when it throws (and the error goes on). */
export async function withRun<Result>(work: (run: StageRun) => Promise<Result> | Result): Promise<Result>;
export async function withRun<Result>(options: StartRunOptions, work: (run: StageRun) => Promise<Result> | Result): Promise<Result>;
export async function withRun<Result>(
  first: StartRunOptions | ((run: StageRun) => Promise<Result> | Result),
  second?: (run: StageRun) => Promise<Result> | Result,
): Promise<Result> {
  const [options, work] = typeof first === 'function' ? [{}, first] : [first, second];
  if (typeof work !== 'function') throw valueError('withRun needs a function: withRun({ name: … }, async (run) => { … })');
  const run = await start(options);
  let result: Result;
  try {
    result = await around.run(run, () => work(run));
  } catch (error) {
    await run.end('FAILED', error instanceof Error ? error.message : String(error)).catch(() => {});
    throw error;
  }
  await run.end();
  return result;
}

async function start(options: StartRunOptions): Promise<StageRun> {
  const { nested = false, parent, experiment, name = runHere() === undefined ? scriptName() : 'run', params, tags } = options;
  const above = typeof parent === 'object' ? parent : nested && parent === undefined ? activeRun() : undefined;
  if (above !== undefined && experiment === undefined)
    return above.child({ name, ...(params === undefined ? {} : { params }), ...(tags === undefined ? {} : { tags }) });
  const here = runHere();
  if (here !== undefined) return startInStage(here, options, name);
  checkNode();
  const { startScriptRun } = await import('../log/script-runs.ts');
  const { parent: _parent, ...rest } = options;
  const parentId = typeof parent === 'string' ? parent : above?.id;
  return await startScriptRun({ ...rest, ...(parentId === undefined ? {} : { parentId }) });
}

function activeRun(): StageRun | undefined {
  const run = around.getStore();
  return run !== undefined && !run.ended ? run : begun.findLast((each) => !each.ended);
}

function startInStage(stage: StageRun, { parent, nested, experiment, params, tags, ...given }: StartRunOptions, name: string): StageRun {
  if (typeof parent === 'string' && parent !== stage.id) throw valueError('In a stage module, runs are started below the run of the stage');
  if (experiment !== undefined) throw valueError('In a stage module, runs belong to the experiment of the stage');
  if (given.name !== undefined || nested === true || parent !== undefined)
    return stage.child({ name, ...(params === undefined ? {} : { params }), ...(tags === undefined ? {} : { tags }) });
  if (params !== undefined) stage.logParams(params);
  if (tags !== undefined) stage.setTags(tags);
  return stage;
}
