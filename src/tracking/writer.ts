import type { MloError } from '../core/errors/mlo-error.ts';
import type { RunId } from '../core/run.ts';
import type { Connection } from './connection.ts';
import { paramConflict, runExists, runUnknown } from './errors.ts';
import { activeExperiments, DEFAULT_EXPERIMENT } from './experiments/active-experiment.ts';
import { inputsWriter } from './inputs/inputs.ts';
import { internNames } from './interned.ts';
import { loggedMarker } from './mark-logged.ts';
import { modelsWriter } from './models/models.ts';
import { isSameParam } from './param-guard.ts';
import { refusalOf } from './refusal.ts';
import type { FinishRun, NewRun, RunGit } from './types.ts';
import type { RunProcess } from './run-process.ts';
import { whenFree } from './when-free.ts';
import { metricsWriter } from './write-metrics.ts';
import type { Write } from './write.ts';

/**
 * Applies writes in one transaction, in order. A write that contradicts what another process wrote
 * meanwhile (another value for a param, a run that is gone), or that no table can hold, is left out and returned as an error;
 * what keeps the database from being written undoes the whole batch and is thrown.
 */
export type Writer = (writes: readonly Write[], busyMs: number) => readonly MloError[];

interface GitColumns {
  readonly git_commit: string | null;
  readonly git_branch: string | null;
  readonly git_dirty: number | null;
  readonly git_diff: string | null;
}

/** What a run that does not say otherwise has from the one above it: it is of the same code. */
interface PassedOn extends GitColumns {
  readonly experiment: number;
  readonly command: string | null;
}

export function createWriter(db: Connection, now: () => number): Writer {
  const names = internNames(db);
  const experimentId = activeExperiments(db);
  const metrics = metricsWriter(db, names);
  const addInputs = inputsWriter(db, names);
  const addModel = modelsWriter(db);
  const marker = loggedMarker(db, now);
  const sequence = new Map<RunId, number>();

  const findRun = db.prepare('SELECT seq FROM runs WHERE id = ?').pluck();
  const passedOn = db.prepare('SELECT experiment, command, git_commit, git_branch, git_dirty, git_diff FROM runs WHERE seq = ?');
  const insertRun = db.prepare(
    `INSERT INTO runs (id, experiment, parent, name, name_changed_ms, lifecycle_changed_ms, stage, status, started_ms, heartbeat_ms, user, host, pid, process_start,
       command, git_commit, git_branch, git_dirty, git_diff)
     VALUES (?, ?, ?, ?, ?, ?, ?, 'RUNNING', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
  );
  const finishRun = db.prepare('UPDATE runs SET status = ?, reason = ?, ended_ms = ? WHERE seq = ?');
  const insertParam = db.prepare('INSERT INTO params (run, name, json) VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
  const findParam = db.prepare('SELECT json FROM params WHERE run = ? AND name = ?').pluck();
  const setTag = db.prepare(
    'INSERT INTO tags (run, key, value, changed_ms) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value, changed_ms = max(excluded.changed_ms, changed_ms + (value IS NOT excluded.value))',
  );
  const setArtifact = db.prepare(
    `INSERT INTO artifacts (run, path, digest, kind, size, files, mode, changed_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET digest = excluded.digest, kind = excluded.kind, size = excluded.size, files = excluded.files, mode = excluded.mode,
       changed_ms = max(excluded.changed_ms, changed_ms + (digest IS NOT excluded.digest OR mode IS NOT excluded.mode))`,
  );
  const setLink = db.prepare('INSERT OR REPLACE INTO stage_links (run, stage, outcome, producer, position) VALUES (?, ?, ?, ?, ?)');
  const beat = db.prepare(`UPDATE runs SET heartbeat_ms = ? WHERE seq = ? AND status = 'RUNNING'`);

  function sequenceOf(id: RunId): number {
    const known = sequence.get(id) ?? (findRun.get(id) as number | undefined);
    if (known === undefined) throw runUnknown(id);
    sequence.set(id, known);
    return known;
  }

  function loggedTo(id: RunId): number {
    const seq = sequenceOf(id);
    marker.logged(seq);
    return seq;
  }

  function start(run: NewRun, process: RunProcess): void {
    const parent = run.parentId === undefined ? null : sequenceOf(run.parentId);
    const above = parent === null ? undefined : (passedOn.get(parent) as PassedOn);
    const experiment =
      run.experiment === undefined && above !== undefined
        ? above.experiment
        : experimentId(run.experiment ?? DEFAULT_EXPERIMENT.name, now());
    const git = run.git === undefined ? above : gitColumns(run.git);
    const { changes, lastInsertRowid } = insertRun.run(
      run.id,
      experiment,
      parent,
      run.name,
      run.startedMs,
      run.startedMs,
      run.stage ?? null,
      run.startedMs,
      now(),
      process.user,
      process.host,
      process.pid,
      process.start ?? null,
      run.command ?? above?.command ?? null,
      git?.git_commit ?? null,
      git?.git_branch ?? null,
      git?.git_dirty ?? null,
      git?.git_diff ?? null,
    );
    if (changes === 0) throw runExists(run.id);
    sequence.set(run.id, Number(lastInsertRowid));
  }

  function setTags(seq: number, tags: { readonly [key: string]: string } | undefined, atMs: number): void {
    for (const [key, value] of Object.entries(tags ?? {})) setTag.run(seq, key, value, atMs);
  }

  function finish(seq: number, { status, reason, endedMs, tags }: FinishRun, atMs: number): void {
    finishRun.run(status, reason ?? null, endedMs, seq);
    marker.ended(seq);
    setTags(seq, tags, atMs);
  }

  function addParams(id: RunId, params: readonly (readonly [key: string, json: string])[]): void {
    const seq = loggedTo(id);
    let conflict: MloError | undefined;
    for (const [key, json] of params) {
      const name = names.id(key);
      if (insertParam.run(seq, name, json).changes === 1) continue;
      const old = findParam.get(seq, name) as string;
      if (!isSameParam(old, json)) conflict ??= paramConflict(id, key, old, json);
    }
    if (conflict !== undefined) throw conflict;
  }

  function apply(write: Write): void {
    switch (write.kind) {
      case 'start':
        return start(write.run, write.process);
      case 'finish':
        return finish(sequenceOf(write.run), write.finish, write.atMs);
      case 'params':
        return addParams(write.run, write.params);
      case 'metrics':
        return metrics.add(loggedTo(write.run), write.batches);
      case 'tags':
        return setTags(sequenceOf(write.run), write.tags, write.atMs);
      case 'artifact': {
        const { digest, kind, size, files, mode } = write.content;
        setArtifact.run(sequenceOf(write.run), write.path, digest, kind, size, files ?? null, mode ?? null, now());
        return;
      }
      case 'links': {
        const seq = loggedTo(write.run);
        for (const [position, link] of write.links.entries())
          setLink.run(seq, link.stage, link.outcome, link.producerRunId ?? null, position);
        return;
      }
      case 'inputs':
        return addInputs(loggedTo(write.run), write.inputs);
      case 'model':
        return addModel(sequenceOf(write.run), write.model);
      case 'heartbeat':
        for (const id of write.runs) beat.run(write.atMs, sequenceOf(id));
        return;
    }
  }

  const transaction = db.transaction((writes: readonly Write[]): MloError[] => {
    const refused: MloError[] = [];
    for (const write of writes) {
      const error = refusalOf(
        () => apply(write),
        () => nameOf(write),
      );
      if (error !== undefined) refused.push(error);
    }
    return [...refused, ...metrics.finish()];
  });

  return (writes, busyMs) => {
    // Numbers of rows hold for one transaction: others may delete a row meanwhile, and SQLite gives its number again.
    names.forget();
    metrics.forget();
    sequence.clear();
    marker.forget();
    return whenFree(db, busyMs, () => transaction.immediate(writes));
  };
}

function nameOf(write: Write): string {
  if (write.kind === 'heartbeat') return `The ${write.kind} of runs ${write.runs.join(', ')}`;
  return `The ${write.kind} of run ${write.kind === 'start' ? write.run.id : write.run}`;
}

function gitColumns({ commit, branch, dirty, diff }: RunGit): GitColumns {
  return { git_commit: commit, git_branch: branch ?? null, git_dirty: Number(dirty), git_diff: diff ?? null };
}
