import type { RunId } from '../../core/run.ts';
import type { Connection } from '../connection.ts';
import { prepared } from '../prepared.ts';
import { activeExperiments, DEFAULT_EXPERIMENT } from '../experiments/active-experiment.ts';
import { isLater, isNewerState, tagUpsert, type RunState } from './later-wins.ts';
import { LineFault } from './fields.ts';
import type { RunLine } from './record-format.ts';

interface KnownRun extends RunState {
  readonly seq: number;
  readonly name: string;
  readonly nameChangedMs: number;
  readonly experiment: number;
  readonly experimentName: string;
  readonly experimentDeletedMs: number | null;
  readonly experimentChangedMs: number;
  readonly deletedMs: number | null;
  readonly lifecycleChangedMs: number;
}

export interface MergedHead {
  readonly seq: number;
  readonly isNew: boolean;
  readonly waitsFor?: RunId;
}

/** Brings the row of a run together with a `run` line: what may change by which is later, all else stays as it was first. */
export function headMerger(db: Connection, now: () => number): (line: RunLine) => MergedHead {
  const find = prepared(db, KNOWN);
  const findSeq = prepared(db, 'SELECT seq FROM runs WHERE id = ?').pluck();
  const activeExperiment = activeExperiments(db);

  function merge(line: RunLine, known: KnownRun): MergedHead {
    if (isLater({ atMs: line.nameChangedMs, value: line.name }, { atMs: known.nameChangedMs, value: known.name }))
      prepared(db, 'UPDATE runs SET name = ?, name_changed_ms = ? WHERE seq = ?').run(line.name, line.nameChangedMs, known.seq);
    const state = stateOf(line);
    if (isNewerState(state, known)) {
      prepared(db, 'UPDATE runs SET status = ?, reason = ?, ended_ms = ?, heartbeat_ms = ? WHERE seq = ?').run(
        state.status,
        state.reason,
        state.endedMs,
        state.heartbeatMs,
        known.seq,
      );
    }
    const deletedMs = mergeLifecycle(line, known);
    mergeExperiment(line, known, deletedMs);
    mergeExperimentFacts(db, line);
    const waitsFor = prepared(db, 'SELECT waits_for FROM runs WHERE seq = ?').pluck().get(known.seq) as RunId | null;
    return { seq: known.seq, isNew: false, ...(waitsFor === null ? {} : { waitsFor }) };
  }

  function mergeLifecycle(line: RunLine, known: KnownRun): number | null {
    const given = line.deletedMs ?? null;
    const isSame = line.lifecycleChangedMs === known.lifecycleChangedMs;
    if (!(isSame ? (given ?? -Infinity) > (known.deletedMs ?? -Infinity) : line.lifecycleChangedMs > known.lifecycleChangedMs))
      return known.deletedMs;
    prepared(db, 'UPDATE runs SET deleted_ms = ?, lifecycle_changed_ms = ? WHERE seq = ?').run(given, line.lifecycleChangedMs, known.seq);
    return given;
  }

  /** A run that is there is in an experiment that is there. */
  function mergeExperiment(line: RunLine, known: KnownRun, deletedMs: number | null): void {
    const given = { atMs: line.experimentChangedMs, value: line.experiment.name };
    const moves = isLater(given, { atMs: known.experimentChangedMs, value: known.experimentName });
    const name = moves ? given.value : known.experimentName;
    if (!moves && (deletedMs !== null || known.experimentDeletedMs === null)) return;
    const stays = name === known.experimentName && (deletedMs !== null || known.experimentDeletedMs === null);
    const id = stays ? known.experiment : experimentFor(name, deletedMs, line.experiment.createdMs);
    const changedMs = moves ? given.atMs : known.experimentChangedMs;
    prepared(db, 'UPDATE runs SET experiment = ?, experiment_changed_ms = ? WHERE seq = ?').run(id, changedMs, known.seq);
  }

  function experimentFor(name: string, deletedMs: number | null, createdMs: number): number {
    const found = prepared(
      db,
      'SELECT id FROM experiments WHERE name = ? ORDER BY deleted_ms IS NOT NULL, deleted_ms DESC LIMIT 1',
    ).pluck();
    const known = deletedMs === null ? undefined : (found.get(name) as number | undefined);
    return known ?? activeExperiment(name, createdMs);
  }

  function insert(line: RunLine): MergedHead {
    const parent = line.parentId === undefined ? undefined : (findSeq.get(line.parentId) as number | undefined);
    const waitsFor = parent === undefined ? line.parentId : undefined;
    const experiment = experimentFor(line.experiment.name, line.deletedMs ?? null, line.experiment.createdMs);
    const state = stateOf(line);
    const { lastInsertRowid } = prepared(db, INSERT).run(
      line.id,
      experiment,
      line.experimentChangedMs,
      parent ?? null,
      waitsFor ?? null,
      line.name,
      line.nameChangedMs,
      line.stage ?? null,
      state.status,
      state.reason,
      line.startedMs,
      state.endedMs,
      state.heartbeatMs,
      line.deletedMs ?? null,
      line.lifecycleChangedMs,
      line.user,
      line.process.host,
      line.process.pid,
      line.process.start ?? null,
      line.command ?? null,
      line.git?.commit ?? null,
      line.git?.branch ?? null,
      line.git === undefined ? null : Number(line.git.dirty),
      line.git?.diff ?? null,
    );
    const seq = Number(lastInsertRowid);
    prepared(db, 'UPDATE runs SET parent = ?, waits_for = NULL WHERE waits_for = ?').run(seq, line.id);
    if (isBelowItself(db, seq)) throw new LineFault(`the run ${line.id} would lie below itself`);
    mergeExperimentFacts(db, line);
    return { seq, isNew: true, ...(waitsFor === undefined ? {} : { waitsFor }) };
  }

  return (line) => {
    if (line.parentId === line.id) throw new LineFault(`the run ${line.id} would lie below itself`);
    if (line.startedMs > now() + FUTURE_MS) throw new LineFault(`the run starts in the future (${new Date(line.startedMs).toISOString()})`);
    const known = find.get(line.id) as KnownRun | undefined;
    return known === undefined ? insert(line) : merge(line, known);
  };
}

/** Clocks of two machines may differ by less than this. */
const FUTURE_MS = 366 * 24 * 3_600_000;

/** What is known of an experiment is known of its name: a deleted one that has it is no other. */
function mergeExperimentFacts(db: Connection, { experiment: { name, createdMs, tags = {} } }: RunLine): void {
  const ids = prepared(db, 'SELECT id FROM experiments WHERE name = ?').pluck().all(name) as number[];
  const created = prepared(db, 'UPDATE experiments SET created_ms = ? WHERE id = ? AND id <> ? AND created_ms > ?');
  const set = prepared(db, tagUpsert('experiment_tags', 'experiment'));
  for (const id of ids) {
    created.run(createdMs, id, DEFAULT_EXPERIMENT.id, createdMs);
    for (const [key, { value, changedMs }] of Object.entries(tags)) set.run(id, key, value, changedMs);
  }
}

function stateOf(line: RunLine): RunState {
  return { status: line.status, reason: line.reason ?? null, endedMs: line.endedMs ?? null, heartbeatMs: line.heartbeatMs };
}

function isBelowItself(db: Connection, seq: number): boolean {
  return (
    prepared(
      db,
      `WITH RECURSIVE above (seq) AS (SELECT parent FROM runs WHERE seq = ? UNION SELECT r.parent FROM runs r JOIN above ON r.seq = above.seq)
         SELECT 1 FROM above WHERE seq = ?`,
    ).get(seq, seq) !== undefined
  );
}

const KNOWN = `SELECT r.seq, r.name, r.name_changed_ms AS nameChangedMs, r.experiment, e.name AS experimentName, e.deleted_ms AS experimentDeletedMs,
    r.experiment_changed_ms AS experimentChangedMs, r.status, r.reason, r.ended_ms AS endedMs, r.heartbeat_ms AS heartbeatMs,
    r.deleted_ms AS deletedMs, r.lifecycle_changed_ms AS lifecycleChangedMs
  FROM runs r JOIN experiments e ON e.id = r.experiment WHERE r.id = ?`;

const INSERT = `INSERT INTO runs (id, experiment, experiment_changed_ms, parent, waits_for, name, name_changed_ms, stage, status, reason, started_ms, ended_ms,
    heartbeat_ms, deleted_ms, lifecycle_changed_ms, user, host, pid, process_start, command, git_commit, git_branch, git_dirty, git_diff)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
