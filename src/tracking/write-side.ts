import { toBatches } from '../core/metrics/to-batches.ts';
import type { MetricBatch, MetricPoint, RunId } from '../core/run.ts';
import {
  checkArtifactPath,
  checkBatches,
  checkFinish,
  checkNamed,
  checkParams,
  checkRunId,
  checkStart,
  checkTags,
} from './check-record.ts';
import type { Connection } from './connection.ts';
import { runExists, runUnknown } from './errors.ts';
import type { GroupCommit } from './group-commit.ts';
import { ownRuns } from './own-runs.ts';
import { newParams, type KnownParams } from './param-guard.ts';
import type { ReadSide } from './read-side.ts';
import type { RunProcess } from './run-process.ts';
import type { FinishRun, NewRun, Tracking } from './types.ts';

const HEARTBEAT_EVERY_MS = 1_000;

export type WriteSide = Omit<Tracking, keyof ReadSide | 'edits' | 'experiments' | 'exchange' | 'reconcile'>;

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
    if (existing.has(given.id)) throw runExists(given.id);
    checkStart(given);
    if (given.parentId !== undefined) requireRun(given.parentId);
    process ??= identify();
    queue.push({ kind: 'start', run: { ...given, startedMs: Math.floor(given.startedMs) }, process });
    existing.add(given.id);
    own.started(given.id, given.parentId);
    heartbeat ??= setInterval(beat, HEARTBEAT_EVERY_MS).unref();
    params.set(given.id, new Map());
    if (given.params !== undefined) addParams(given.id, given.params);
    if (given.tags !== undefined) addTags(given.id, given.tags);
  }

  function beat(): void {
    const runs = own.ids();
    if (runs.length > 0) queue.push({ kind: 'heartbeat', runs, atMs: now() });
  }

  function finishRun(id: RunId, given: FinishRun): void {
    requireRun(id);
    checkFinish(id, given);
    const endedMs = Math.floor(given.endedMs);
    // What a stage left open (it threw inside `run.child`) must not stay RUNNING after it.
    const status = given.status === 'KILLED' ? 'KILLED' : 'FAILED';
    for (const left of own.ended(id)) finishOne(left, { status, endedMs, reason: 'the run above it ended first' });
    finishOne(id, { ...given, endedMs });
  }

  function finishOne(id: RunId, finish: FinishRun): void {
    queue.push({ kind: 'finish', run: id, finish, atMs: now() });
    params.delete(id);
  }

  function logParams(id: RunId, given: NonNullable<NewRun['params']>): void {
    requireRun(id);
    checkParams(id, given);
    addParams(id, given);
  }

  function addParams(id: RunId, given: NonNullable<NewRun['params']>): void {
    const fresh = newParams(id, paramsOf(id), given);
    if (fresh.length > 0) queue.push({ kind: 'params', run: id, params: fresh });
  }

  function logMetrics(id: RunId, points: readonly MetricPoint[]): void {
    logBatches(id, toBatches(points.map((point) => ({ ...point, timestampMs: Math.floor(point.timestampMs) }))));
  }

  function logBatches(id: RunId, batches: readonly MetricBatch[]): void {
    requireRun(id);
    checkBatches(id, batches);
    if (batches.length > 0) queue.push({ kind: 'metrics', run: id, batches });
  }

  function setTags(id: RunId, tags: { readonly [key: string]: string }): void {
    requireRun(id);
    checkTags(id, tags);
    addTags(id, tags);
  }

  function addTags(id: RunId, tags: { readonly [key: string]: string }): void {
    queue.push({ kind: 'tags', run: id, tags: { ...tags }, atMs: now() });
  }

  return {
    startRun,
    finishRun,
    logParams,
    logMetrics,
    logBatches,
    setTags,
    logArtifact(id, path, content) {
      requireRun(id);
      checkArtifactPath(id, path);
      queue.push({ kind: 'artifact', run: id, path, content });
    },
    logInputs(id, inputs) {
      requireRun(id);
      checkNamed(
        id,
        'input',
        inputs.map((input) => input.name),
      );
      if (inputs.length > 0) queue.push({ kind: 'inputs', run: id, inputs: [...inputs] });
    },
    logModel(id, model) {
      requireRun(id);
      checkNamed(id, 'model', [model.name]);
      queue.push({ kind: 'model', run: id, model });
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
          return logBatches(record.run, record.batches);
        case 'tags':
          return setTags(record.run, record.tags);
        case 'child-start':
          return startRun({ id: record.run, name: record.name, parentId: record.parent, startedMs: record.timestampMs });
        case 'child-end': {
          const { status, reason, timestampMs } = record;
          if (status === 'RUNNING' || status === 'SCHEDULED') throw new Error(`child-end of run ${record.run} says ${status}`);
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
