import type { Digest } from '../core/content.ts';
import type { RunId, RunStatus } from '../core/run.ts';
import type { Connection } from './connection.ts';
import { runAmbiguous, runIdTooShort, runUnknown } from './errors.ts';
import type { RunQuery, RunSummary } from './types.ts';

/** A row of `runs` with the names of its experiment and parent. */
export interface RunRow {
  readonly seq: number;
  readonly id: RunId;
  readonly parentSeq: number | null;
  readonly parentId: RunId | null;
  readonly experiment: string;
  readonly name: string;
  readonly stage: string | null;
  readonly status: RunStatus;
  readonly reason: string | null;
  readonly startedMs: number;
  readonly endedMs: number | null;
  readonly heartbeatMs: number;
  readonly user: string;
  readonly host: string;
  readonly pid: number;
  readonly processStart: string | null;
  readonly command: string | null;
  readonly gitCommit: string | null;
  readonly gitBranch: string | null;
  readonly gitDirty: number | null;
  readonly gitDiff: Digest | null;
  readonly deletedMs: number | null;
}

export const RUN_COLUMNS = `r.seq, r.id, r.parent AS parentSeq, coalesce(p.id, r.waits_for) AS parentId, e.name AS experiment, r.name, r.stage, r.status, r.reason,
    r.started_ms AS startedMs, r.ended_ms AS endedMs, r.heartbeat_ms AS heartbeatMs, r.user, r.host, r.pid,
    r.process_start AS processStart, r.command, r.git_commit AS gitCommit, r.git_branch AS gitBranch, r.git_dirty AS gitDirty,
    r.git_diff AS gitDiff, r.deleted_ms AS deletedMs`;

export const FROM_RUNS = 'FROM runs r JOIN experiments e ON e.id = r.experiment LEFT JOIN runs p ON p.seq = r.parent';

export const SELECT_RUNS = `SELECT ${RUN_COLUMNS} ${FROM_RUNS}`;

/** Newest first. */
export function listRuns(db: Connection, query: RunQuery = {}): RunSummary[] {
  const where: string[] = [query.deleted === true ? 'r.deleted_ms IS NOT NULL' : 'r.deleted_ms IS NULL'];
  const values: (string | number)[] = [];
  // Of deleted runs the uppermost, also where what is above them is not deleted.
  if (query.includeChildren !== true && query.stage === undefined)
    where.push(query.deleted === true ? '(r.parent IS NULL OR p.deleted_ms IS NULL)' : 'r.parent IS NULL');
  if (query.experiment !== undefined) {
    where.push('e.name = ?');
    values.push(query.experiment);
  }
  if (query.status !== undefined) {
    where.push('r.status = ?');
    values.push(query.status);
  }
  if (query.stage !== undefined) {
    where.push('r.stage = ?');
    values.push(query.stage);
  }
  const rows = db
    .prepare(`${SELECT_RUNS} WHERE ${where.join(' AND ')} ORDER BY r.started_ms DESC, r.seq DESC LIMIT ?`)
    .all(...values, query.limit ?? -1);
  return (rows as RunRow[]).map(toSummary);
}

const SHORTEST_PREFIX = 4;
const CANDIDATES_SHOWN = 5;

/** The run with this id or unique prefix of at least 4 characters. @throws MLO_RUN_UNKNOWN */
export function findRun(db: Connection, id: string): { readonly seq: number; readonly id: RunId } {
  const prefix = id.toLowerCase();
  if (!/^[0-9a-f]+$/.test(prefix) || prefix.length > 32) throw runUnknown(id);
  if (prefix.length < SHORTEST_PREFIX) throw runIdTooShort(id, SHORTEST_PREFIX);
  // 'g' sorts after every hexadecimal digit, so this range is served by the index on id.
  const rows = db
    .prepare('SELECT seq, id FROM runs WHERE id >= ? AND id < ? ORDER BY id LIMIT ?')
    .all(prefix, `${prefix}g`, CANDIDATES_SHOWN + 1) as { seq: number; id: RunId }[];
  const [first, second] = rows;
  if (first === undefined) throw runUnknown(id);
  if (second === undefined) return first;
  const candidates = rows.slice(0, CANDIDATES_SHOWN).map((row) => row.id);
  throw runAmbiguous(id, candidates, rows.length > CANDIDATES_SHOWN);
}

export function toSummary(row: RunRow): RunSummary {
  return {
    id: row.id,
    name: row.name,
    experiment: row.experiment,
    ...(row.parentId === null ? {} : { parentId: row.parentId }),
    ...(row.stage === null ? {} : { stage: row.stage }),
    status: row.status,
    ...(row.reason === null ? {} : { reason: row.reason }),
    startedMs: row.startedMs,
    ...(row.endedMs === null ? {} : { endedMs: row.endedMs }),
    user: row.user,
    host: row.host,
    ...(row.command === null ? {} : { command: row.command }),
    ...(row.gitCommit === null ? {} : { git: gitOf(row.gitCommit, row) }),
    ...(row.deletedMs === null ? {} : { deletedMs: row.deletedMs }),
  };
}

function gitOf(commit: string, row: RunRow): NonNullable<RunSummary['git']> {
  return {
    commit,
    ...(row.gitBranch === null ? {} : { branch: row.gitBranch }),
    dirty: row.gitDirty === 1,
    ...(row.gitDiff === null ? {} : { diff: row.gitDiff }),
  };
}
