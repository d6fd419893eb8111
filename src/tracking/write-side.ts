import type { MetricPoint, RunId } from '../core/run.ts';
import { checkKeys, checkPoints, checkRunId } from './check-record.ts';
import type { Connection } from './connection.ts';
import { invalidRecord, runUnknown } from './errors.ts';
import type { GroupCommit } from './group-commit.ts';
import { ownRuns } from './own-runs.ts';
import { newParams, type KnownParams } from './param-guard.ts';
import type { RunProcess } from './run-process.ts';
import type { FinishRun, NewRun, Tracking } from './types.ts';

const HEARTBEAT_EVERY_MS = 1_000;

export type WriteSide = Omit<Tracking, 'list' | 'get' | 'metricSeries' | 'artifacts' | 'reconcile'>;

interface WriteContext {
  readonly now: () => number;
  readonly identify: () => RunProcess;
}

/** Checks every record where it is made, then queues it. */
export function writeSide(db: Connection, queue: GroupCommit, { now, identify }: WriteContext): WriteSide {
  const own = ownRuns();
  const params = new Map<RunId, KnownParams>();
  const existing = new Set<RunId>();
  const findRun = db.prepare('SELECT 1 FROM runs WHERE id = ?').pluck();
  const findParams = db
    .prepare('SELECT n.name, p.json FROM runs r JOIN params p ON p.run = r.seq JOIN names n ON n.id = p.name WHERE r.id = ?')
    .raw();
  let process: RunProcess | undefined;
  let heartbeat: NodeJS.Timeout | undefined;

  function requireRun(id: RunId): void {
    if (existing.has(id)) return;
    queue.commit();
    if (findRun.get(id) === undefined) throw runUnknown(id);
    existing.add(id);
  }

  function paramsOf(id: RunId): KnownParams {
    let known = params.get(id);
    if (known === undefined) {
      queue.commit();
      params.set(id, (known = new Map(findParams.all(id) as [string, string][])));
    }
    return known;
  }

  function startRun(given: NewRun): void {
    checkRunId(given.id);
    if (existing.has(given.id)) throw invalidRecord(given.id, 'it is started already');
    if (given.parentId !== undefined) requireRun(given.parentId);
    process ??= identify();
    queue.push({ kind: 'start', run: { ...given, startedMs: Math.floor(given.startedMs) }, process });
    existing.add(given.id);
    own.started(given.id, given.parentId);
    heartbeat ??= setInterval(beat, HEARTBEAT_EVERY_MS).unref();
    params.set(given.id, new Map());
    if (given.params !== undefined) logParams(given.id, given.params);
    if (given.tags !== undefined) setTags(given.id, given.tags);
  }

  function beat(): void {
    const runs = own.ids();
    if (runs.length > 0) queue.push({ kind: 'heartbeat', runs, atMs: now() });
  }

  function finishRun(id: RunId, given: FinishRun): void {
    requireRun(id);
    const endedMs = Math.floor(given.endedMs);
    // What a stage left open (it threw inside `run.child`) must not stay RUNNING after it.
    const status = given.status === 'KILLED' ? 'KILLED' : 'FAILED';
    for (const left of own.ended(id)) finishOne(left, { status, endedMs, reason: 'the run above it ended first' });
    finishOne(id, { ...given, endedMs });
  }

  function finishOne(id: RunId, finish: FinishRun): void {
    queue.push({ kind: 'finish', run: id, finish });
    params.delete(id);
  }

  function logParams(id: RunId, given: NonNullable<NewRun['params']>): void {
    requireRun(id);
    checkKeys(id, 'param', Object.keys(given));
    const fresh = newParams(id, paramsOf(id), given);
    if (fresh.length > 0) queue.push({ kind: 'params', run: id, params: fresh });
  }

  function logMetrics(id: RunId, points: readonly MetricPoint[]): void {
    requireRun(id);
    checkPoints(id, points);
    if (points.length === 0) return;
    queue.push({ kind: 'metrics', run: id, points: points.map((point) => ({ ...point, timestampMs: Math.floor(point.timestampMs) })) });
  }

  function setTags(id: RunId, tags: { readonly [key: string]: string }): void {
    requireRun(id);
    checkKeys(id, 'tag', Object.keys(tags));
    queue.push({ kind: 'tags', run: id, tags: { ...tags } });
  }

  return {
    startRun,
    finishRun,
    logParams,
    logMetrics,
    setTags,
    logArtifact(id, path, content) {
      requireRun(id);
      checkKeys(id, 'artifact', [path]);
      queue.push({ kind: 'artifact', run: id, path, content });
    },
    linkStages(id, links) {
      requireRun(id);
      queue.push({ kind: 'links', run: id, links: [...links] });
    },
    apply(record) {
      switch (record.type) {
        case 'params':
          return logParams(record.run, record.params);
        case 'metrics':
          return logMetrics(record.run, record.points);
        case 'tags':
          return setTags(record.run, record.tags);
        case 'child-start':
          return startRun({ id: record.run, name: record.name, parentId: record.parent, startedMs: record.timestampMs });
        case 'child-end': {
          const { status, reason, timestampMs } = record;
          if (status === 'RUNNING') throw new Error(`child-end of run ${record.run} says RUNNING`);
          return finishRun(record.run, { status, endedMs: timestampMs, ...(reason === undefined ? {} : { reason }) });
        }
      }
    },
    flush: () => queue.flush(),
    close() {
      clearInterval(heartbeat);
      queue.stop();
      try {
        queue.flush();
      } finally {
        db.close();
      }
    },
  };
}
