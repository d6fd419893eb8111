import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { RunId, RunRecord } from '../../core/run.ts';
import { stepFault } from '../../core/run-limits.ts';
import { quietly } from '../module/quiet.ts';
import { ArtifactNames, type ArtifactName } from './artifact-names.ts';
import { codedError, valueError } from './coded-error.ts';
import {
  checkArtifactName,
  checkKey,
  checkName,
  checkText,
  describe,
  imageExtension,
  imageName,
  toJson,
  toParam,
  toParams,
  toTag,
  toTags,
} from './record-values.ts';
import type { ChildOptions, EndStatus, MetricOptions, StageRun } from './stage-run.ts';

/** A file up to this size is taken as it is at the call, bytes. */
const SNAPSHOT_BYTES = 8 * 1024 * 1024;

/** Where a run's records go. */
export interface RunSink {
  record(record: RunRecord): void;
  point(run: RunId, name: string, step: number, value: number): void;
  /** The step after the last one that was logged before this process knew the run. */
  nextStep(run: RunId, name: string): number;
  /** What the run had before this process knew it; default: nothing. */
  artifacts?(run: RunId): readonly ArtifactName[];
  /** What paths are relative to. */
  base(): string;
  /** A run below `parent` begins, which `end` ends. */
  began(id: RunId, parent: RunId): void;
  /** Ends the run as far as it can be ended from here; resolves when all that was recorded is stored. */
  end(id: RunId, status: EndStatus, reason?: string): Promise<void>;
  /** By `end`, or with a run above it. */
  ended(id: RunId): boolean;
}

export function createRun(id: RunId, sink: RunSink): StageRun {
  const nextSteps = new Map<string, number>();
  const names = new ArtifactNames(() => sink.artifacts?.(id) ?? []);

  function check(): void {
    if (sink.ended(id)) throw codedError('MLO_RUN_STATE', `run ${id} has ended: nothing can be logged to it any more`);
  }

  function push(record: RunRecord): void {
    check();
    sink.record(record);
  }

  function logMetric(name: string, value: number, options?: MetricOptions): void {
    if (!nextSteps.has(name)) checkKey('metric', name);
    if (typeof value !== 'number') throw valueError(`metric '${name}' must be a number, not ${describe(value)}`);
    const step = options?.step ?? nextSteps.get(name) ?? sink.nextStep(id, name);
    if (!Number.isSafeInteger(step)) throw valueError(`the step of metric '${name}' ${stepFault(step, describe(step))}`);
    check();
    nextSteps.set(name, step + 1);
    sink.point(id, name, step, value);
  }

  function existing(path: string, caller: string): string {
    const absolute = resolve(sink.base(), path);
    if (!quietly(() => existsSync(absolute))) throw codedError('MLO_TARGET', `${caller}: there is no file or folder '${path}'`);
    return quietly(() => realpathSync(absolute));
  }

  function logBytes(bytes: Uint8Array, name: string): void {
    check();
    const checked = names.add(checkArtifactName(name), true);
    push({ type: 'artifact-bytes', run: id, name: checked, bytes });
  }

  function startChild({ name, params, tags }: ChildOptions): StageRun {
    checkName('run', name);
    // Before anything is recorded: a run that nobody was given is one that nobody ends.
    const given = {
      ...(params === undefined ? {} : { params: toParams(params) }),
      ...(tags === undefined ? {} : { tags: toTags(tags) }),
    };
    // Not from Math.random, which is the stage's own and gives the same ids in every run.
    const child = randomBytes(16).toString('hex');
    push({ type: 'child-start', run: child, parent: id, name, timestampMs: Date.now() });
    sink.began(child, id);
    const run = createRun(child, sink);
    if (given.params !== undefined) push({ type: 'params', run: child, params: given.params });
    if (given.tags !== undefined) push({ type: 'tags', run: child, tags: given.tags });
    return run;
  }

  function child(options: string | ChildOptions): StageRun;
  function child<Result>(options: string | ChildOptions, work: (run: StageRun) => Promise<Result> | Result): Promise<Result>;
  function child<Result>(options: string | ChildOptions, work?: (run: StageRun) => Promise<Result> | Result): StageRun | Promise<Result> {
    const given = typeof options === 'string' ? { name: options } : options;
    return work === undefined ? startChild(given) : runChild(() => startChild(given), work);
  }

  return {
    id,
    get ended() {
      return sink.ended(id);
    },
    logParam: (name, value) => push({ type: 'params', run: id, params: { [checkKey('param', name)]: toParam(value, name) } }),
    logParams: (params) =>
      push({
        type: 'params',
        run: id,
        params: toParams(params),
      }),
    logMetric,
    logMetrics: (metrics, options) => {
      for (const [name, value] of Object.entries(metrics)) logMetric(name, value, options);
    },
    setTag: (name, value) => push({ type: 'tags', run: id, tags: { [checkKey('tag', name)]: toTag(value, name) } }),
    setTags: (tags) =>
      push({
        type: 'tags',
        run: id,
        tags: toTags(tags),
      }),
    logArtifact: (path, given) => {
      const absolute = existing(path, 'logArtifact');
      check();
      const name = names.add(
        checkArtifactName(given ?? basename(resolve(sink.base(), path))),
        quietly(() => isFile(absolute)),
      );
      const bytes = quietly(() => smallFile(absolute));
      if (bytes === undefined) push({ type: 'artifact', run: id, name, path: absolute });
      else
        push({ type: 'artifact-bytes', run: id, name, bytes, ...(quietly(() => isExecutable(absolute)) ? { mode: 'exec' as const } : {}) });
    },
    logText: (text, name) => logBytes(Buffer.from(String(text)), name),
    logJson: (value, name) => logBytes(Buffer.from(`${toJson(value)}\n`), name),
    logImage: (image, given) => {
      const bytes = typeof image === 'string' ? quietly(() => readFileSync(existing(image, 'logImage'))) : image;
      const extension = imageExtension(bytes, typeof image === 'string' ? `'${image}'` : 'what was given');
      logBytes(bytes, imageName(given ?? (typeof image === 'string' ? basename(image) : 'image'), extension));
    },
    logInput: (path, { context = '' } = {}) =>
      push({ type: 'input', run: id, path: existing(path, 'logInput'), context: checkText('the context of an input', context) }),
    logModel: (path, { name, modelType = '', temporary = false } = {}) => {
      const absolute = existing(path, 'logModel');
      checkText('the type of a model', modelType);
      check();
      const checked = names.add(
        checkArtifactName(name ?? basename(resolve(sink.base(), path))),
        quietly(() => isFile(absolute)),
      );
      push({ type: 'model', run: id, name: checked, path: absolute, modelType, ...(temporary ? { temporary } : {}) });
    },
    child,
    end: (status = 'FINISHED', reason) => sink.end(id, checkStatus(status), toReason(reason)),
  };
}

async function runChild<Result>(start: () => StageRun, work: (run: StageRun) => Promise<Result> | Result): Promise<Result> {
  const run = start();
  try {
    const result = await work(run);
    await run.end();
    return result;
  } catch (error) {
    await run.end('FAILED', reasonOf(error)).catch(() => {});
    throw error;
  }
}

/** What a run says about the error that ended it. */
export function reasonOf(error: unknown): string {
  return String(error instanceof Error ? error.message : error);
}

/** Many give the error itself. */
function toReason(reason: unknown): string | undefined {
  return reason === undefined || reason === null ? undefined : reasonOf(reason);
}

function checkStatus(status: EndStatus): EndStatus {
  if (['FINISHED', 'FAILED', 'KILLED'].includes(status)) return status;
  throw valueError(`a run ends FINISHED, FAILED or KILLED, not ${describe(status)}`);
}

/** Undefined where it is a folder, or large. */
function smallFile(path: string): Buffer | undefined {
  const stat = statSync(path);
  return stat.isFile() && stat.size <= SNAPSHOT_BYTES ? readFileSync(path) : undefined;
}

function isFile(path: string): boolean {
  return !statSync(path).isDirectory();
}

function isExecutable(path: string): boolean {
  return (statSync(path).mode & 0o100) !== 0;
}
