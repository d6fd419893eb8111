import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { MetricPoint, RunId, RunRecord } from '../../core/run.ts';
import { isMap, type Value } from '../../core/value.ts';
import type { MetricOptions, StageRun } from '../api/stage-run.ts';
import { quietly } from './quiet.ts';

/** A batch goes out when it is that old or holds that many points or other records. */
const BATCH_MS = 50;
const BATCH_RECORDS = 1000;

export interface RunRecorder {
  readonly run: StageRun;
  /** Sends what is waiting. */
  flush(): void;
}

/** `send` may block until the other side has caught up; it is given records in the order of the calls. */
export function createRunRecorder(root: string, id: RunId, send: (records: readonly RunRecord[]) => void): RunRecorder {
  let waiting: RunRecord[] = [];
  let count = 0;
  let firstAt = 0;
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.length === 0) return;
    const records = waiting;
    waiting = [];
    count = 0;
    send(records);
  }

  function push(record: RunRecord): void {
    const now = performance.now();
    const last = waiting.at(-1);
    if (waiting.length === 0) firstAt = now;
    if (record.type === 'metrics' && last?.type === 'metrics' && last.run === record.run)
      (last.points as MetricPoint[]).push(...record.points);
    else waiting.push(record);
    count += record.type === 'metrics' ? record.points.length : 1;
    // A stage that never yields runs no timers, so the age is looked at here as well.
    if (count >= BATCH_RECORDS || now - firstAt >= BATCH_MS) flush();
    else timer ??= setTimeout(flush, BATCH_MS).unref();
  }

  return { run: createRun(root, id, push), flush };
}

function createRun(root: string, id: RunId, push: (record: RunRecord) => void): StageRun {
  const nextSteps = new Map<string, number>();

  function toPoint(name: string, value: number, options: MetricOptions | undefined): MetricPoint {
    checkName('metric', name);
    if (typeof value !== 'number') throw new TypeError(`metric '${name}' must be a number, not ${describe(value)}`);
    const step = options?.step ?? nextSteps.get(name) ?? 0;
    if (!Number.isSafeInteger(step)) throw new TypeError(`the step of metric '${name}' must be a whole number, not ${describe(step)}`);
    nextSteps.set(name, step + 1);
    return { name, value, step, timestampMs: Date.now() };
  }

  return {
    id,
    logParam: (name, value) => push({ type: 'params', run: id, params: { [checkName('param', name)]: toPlain(value, name) } }),
    logParams: (params) =>
      push({
        type: 'params',
        run: id,
        params: Object.fromEntries(Object.entries(params).map(([name, value]) => [checkName('param', name), toPlain(value, name)])),
      }),
    logMetric: (name, value, options) => push({ type: 'metrics', run: id, points: [toPoint(name, value, options)] }),
    logMetrics: (metrics, options) => {
      const points = Object.entries(metrics).map(([name, value]) => toPoint(name, value, options));
      if (points.length > 0) push({ type: 'metrics', run: id, points });
    },
    setTag: (name, value) => push({ type: 'tags', run: id, tags: { [checkName('tag', name)]: String(value) } }),
    setTags: (tags) =>
      push({
        type: 'tags',
        run: id,
        tags: Object.fromEntries(Object.entries(tags).map(([name, value]) => [checkName('tag', name), String(value)])),
      }),
    logArtifact: (path, name) => {
      const absolute = resolve(root, path);
      if (!quietly(() => existsSync(absolute))) throw new Error(`logArtifact: there is no file or folder '${path}'`);
      push({ type: 'artifact', run: id, name: checkName('artifact', name ?? basename(absolute)), path: absolute });
    },
    child: async (name, work) => {
      checkName('run', name);
      // Not from Math.random, which is the stage's own and gives the same ids in every run.
      const child = randomBytes(16).toString('hex');
      push({ type: 'child-start', run: child, parent: id, name, timestampMs: Date.now() });
      try {
        const result = await work(createRun(root, child, push));
        push({ type: 'child-end', run: child, status: 'FINISHED', timestampMs: Date.now() });
        return result;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        push({ type: 'child-end', run: child, status: 'FAILED', timestampMs: Date.now(), reason });
        throw error;
      }
    },
  };
}

function checkName(what: string, name: string): string {
  if (typeof name !== 'string' || name === '')
    throw new TypeError(`the name of a ${what} must be a text that is not empty, not ${describe(name)}`);
  return name;
}

/** A copy that can cross to the other side: guarded params become plain maps. */
function toPlain(value: Value, name: string): Value {
  if (Array.isArray(value)) return value.map((item: Value) => toPlain(item, name));
  if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toPlain(item, name)]));
  if (value === null || ['boolean', 'number', 'bigint', 'string'].includes(typeof value)) return value;
  throw new TypeError(`param '${name}' must be plain data, not ${describe(value)}`);
}

function describe(value: unknown): string {
  return value === null
    ? 'null'
    : typeof value === 'string'
      ? JSON.stringify(value)
      : typeof value === 'number'
        ? String(value)
        : `a value of type ${typeof value}`;
}
