import type { RunId } from '../../core/run.ts';
import { randomHex } from '../../fs/random-hex.ts';
import { checkName, toParams, toTags } from '../../runtime/api/record-values.ts';
import type { EndStatus, StageRun } from '../../runtime/api/stage-run.ts';
import { createRunRecorder, type RunRecorder } from '../../runtime/module/run-recorder.ts';
import { watchSystem } from '../../runtime/system/watch-system.ts';
import type { NewRun, RunDetail } from '../../tracking/types.ts';
import type { StartRunOptions } from '../api/start-run.ts';
import { artifactNames, stepAfter, waitForRun } from './find-run.ts';
import { RecordKeeper } from './record-keeper.ts';
import { resourceTags } from './resource-use.ts';
import { DIFF_ARTIFACT } from './run-code.ts';
import { endWithProcess } from './process-end.ts';
import { scriptName } from './script-name.ts';
import { openSession, scriptCommand, type ScriptSession } from './script-session.ts';

/** A run of this process that has not ended. */
export interface OpenRun {
  readonly run: StageRun;
  /** Nothing may be awaited any more. */
  endNow(status: EndStatus, reason?: string): void;
}

/** In order of their start. */
const openRuns = new Map<RunId, OpenRun>();

export interface ScriptRunOptions extends Omit<StartRunOptions, 'parent'> {
  readonly parentId?: RunId;
}

/** Starts a run in the project around the current folder, or goes on with the one of the stage that started this process. */
export async function startScriptRun(options: ScriptRunOptions): Promise<StageRun> {
  const inherited = process.env['MLO_RUN_ID'];
  const { nested = false, name, experiment } = options;
  const fresh = name !== undefined || nested || options.parentId !== undefined || experiment !== undefined;
  if (!fresh && inherited !== undefined) return prepared(await continueRun(inherited), options);

  const session = await openSession(projectFolder());
  const parentId = options.parentId ?? inherited;
  return await orRelease(session, async () =>
    startNew(session, options, parentId === undefined ? undefined : (await waitForRun(session.tracking, parentId)).id),
  );
}

/** A script of a stage logs into the project of the stage, wherever it stands. */
function projectFolder(): string {
  return (process.env['MLO_RUN_ID'] === undefined ? undefined : process.env['MLO_ROOT']) ?? process.cwd();
}

function startNew(session: ScriptSession, options: ScriptRunOptions, parentId: RunId | undefined): StageRun {
  const { tracking, project } = session;
  const given = checked(options);
  const id = randomHex(32);
  const code = session.code();
  tracking.startRun({
    id,
    name: given.name,
    command: scriptCommand(),
    startedMs: Date.now(),
    ...(parentId === undefined ? {} : { parentId }),
    // A run below another one belongs to the same experiment.
    ...experimentOf(given.experiment ?? (parentId === undefined ? project.config.experiment : undefined)),
    ...(code.git === undefined ? {} : { git: code.git }),
    tags: { ...code.tags, ...given.tags },
    params: given.params,
  });
  if (code.diff !== undefined) tracking.logArtifact(id, DIFF_ARTIFACT, code.diff);
  // At once: whatever happens from here on, others must find that this run is at work.
  tracking.flush();
  return record(session, id, measured(session, id));
}

/** @throws TypeError with the code MLO_RUN_VALUE */
function checked({
  name,
  experiment,
  params,
  tags,
}: ScriptRunOptions): Pick<NewRun, 'name' | 'experiment'> & Required<Pick<NewRun, 'params' | 'tags'>> {
  return {
    name: checkName('run', name ?? scriptName()),
    ...experimentOf(experiment === undefined ? undefined : checkName('experiment', experiment)),
    params: toParams(params ?? {}),
    tags: toTags(tags ?? {}),
  };
}

function experimentOf(experiment: string | undefined): { readonly experiment?: string } {
  return experiment === undefined ? {} : { experiment };
}

/** Runs of stages that this process goes on with; one object each. */
const continued = new Map<RunId, Promise<StageRun>>();

async function continueRun(id: RunId): Promise<StageRun> {
  let run = continued.get(id);
  if (run === undefined) {
    continued.set(id, (run = openContinued(id)));
    run.catch(() => continued.delete(id));
  }
  return await run;
}

async function openContinued(id: RunId): Promise<StageRun> {
  const session = await openSession(projectFolder());
  return await orRelease(session, async () => {
    return record(session, id, undefined, await waitForRun(session.tracking, id));
  });
}

async function orRelease<Result>(session: ScriptSession, start: () => Promise<Result>): Promise<Result> {
  try {
    return await start();
  } catch (error) {
    await session.release();
    throw error;
  }
}

interface Measured {
  /** Ends the measuring. */
  stop(): { readonly [tag: string]: string };
}

/** What this process takes from here on. */
function measured({ project, tracking }: ScriptSession, id: RunId): Measured {
  const { systemMetricsMs } = project.config;
  const before = process.cpuUsage();
  const stopWatching =
    systemMetricsMs === undefined
      ? () => ({})
      : watchSystem({
          intervalMs: systemMetricsMs,
          root: project.root,
          path: process.env['PATH'],
          memory: () => process.memoryUsage.rss(),
          log: (points) => tracking.logMetrics(id, points),
        });
  return {
    stop() {
      stopWatching();
      const { user, system } = process.cpuUsage(before);
      return resourceTags({ cpuSeconds: (user + system) / 1e6, peakBytes: process.resourceUsage().maxRSS * 1024 });
    },
  };
}

/** The run object; `own`: the run is of this process and ends with it, else it is a stage's, of which `before` is known. */
function record(session: ScriptSession, id: RunId, own: Measured | undefined, before?: RunDetail): StageRun {
  const { tracking, project, cache } = session;
  const keeper = new RecordKeeper({ root: project.root, tracking, cache });

  function finish(status: EndStatus, reason: string | undefined, more: { readonly [tag: string]: string } = {}): void {
    openRuns.delete(id);
    continued.delete(id);
    if (own !== undefined)
      tracking.finishRun(id, {
        status,
        endedMs: Date.now(),
        tags: { ...own.stop(), ...more },
        ...(reason === undefined ? {} : { reason }),
      });
  }

  async function end(status: EndStatus, reason?: string): Promise<void> {
    const failure = await keeper.end().then(() => undefined, asFailure);
    finish(failure === undefined ? status : 'FAILED', failure === undefined ? reason : failure.message);
    try {
      tracking.flush();
    } finally {
      await session.release();
    }
    if (failure !== undefined) throw failure;
  }

  const recorder: RunRecorder = createRunRecorder({
    id,
    base: () => process.cwd(),
    prompt: true,
    send(records) {
      keeper.add(records);
      // Points come from a timer too, where nobody could catch an error: it waits for the next call, or the end.
      if (records.some((each) => each.type !== 'metrics')) keeper.check();
    },
    ...(before === undefined
      ? {}
      : {
          nextStep: (run, name) => (run === id ? stepAfter(before, name) : 0),
          artifacts: () => artifactNames(before),
        }),
    end,
    settled: () => keeper.end(),
  });
  openRuns.set(id, {
    run: recorder.run,
    endNow(status, reason) {
      recorder.endChildren(status, reason);
      recorder.flush();
      const lost = keeper.unstored;
      finish(status, reason, lost.length === 0 ? {} : { 'mlo.not_stored': lost.join(', ') });
    },
  });
  endWithProcess(openRuns);
  return recorder.run;
}

function prepared(run: StageRun, { params, tags }: ScriptRunOptions): StageRun {
  if (params !== undefined) run.logParams(params);
  if (tags !== undefined) run.setTags(tags);
  return run;
}

function asFailure(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
