import type { RunId } from '../../core/run.ts';
import { hashBytes } from '../../fs/hash.ts';
import type { Connection } from '../connection.ts';
import { listArtifacts } from '../read-artifacts.ts';
import type { RunStates } from './types.ts';

/**
 * What an export of each run would say, without making it: SQLite joins the rows of a run into one text, points are known by how many there are and
 * which is the last, least and greatest (none is ever removed).
 */
export function runStates(db: Connection): RunStates {
  const experiments = new Map((db.prepare(EXPERIMENTS).raw().all() as [number, string][]).map(([id, text]) => [id, text]));
  const parts = PARTS.map((sql) => new Map(db.prepare(sql).raw().all() as [number, string][]));
  const artifacts = Map.groupBy(listArtifacts(db), ({ run }) => run);
  const ended = parentsFirst(db.prepare(ENDED).all() as HeadRow[]).map(({ seq, id, experiment, text }) => {
    const whole = [text, experiments.get(experiment) ?? '', ...parts.map((rows) => rows.get(seq) ?? '')].join('\n');
    return { id, fingerprint: hashBytes(whole), artifacts: artifacts.get(id) ?? [] };
  });
  const all = db.prepare('SELECT count(*) FROM runs').pluck().get() as number;
  const purged = new Set(db.prepare('SELECT id FROM purged_runs').pluck().all() as RunId[]);
  return { ended, open: all - ended.length, purged };
}

interface HeadRow {
  readonly seq: number;
  readonly id: RunId;
  readonly parent: number | null;
  readonly experiment: number;
  readonly text: string;
}

/** Clocks of several machines may have started a run before its parent. */
function parentsFirst(rows: readonly HeadRow[]): readonly HeadRow[] {
  const bySeq = new Map(rows.map((row) => [row.seq, row]));
  const done = new Set<number>();
  const result: HeadRow[] = [];
  for (const row of rows) {
    const chain: HeadRow[] = [];
    for (
      let at: HeadRow | undefined = row;
      at !== undefined && !done.has(at.seq);
      at = at.parent === null ? undefined : bySeq.get(at.parent)
    ) {
      chain.push(at);
      done.add(at.seq);
    }
    result.push(...chain.reverse());
  }
  return result;
}

/** A text of several values in which none can pass for another. */
const joined = (...columns: readonly string[]): string => columns.map((column) => `quote(${column})`).join(" || ',' || ");

const ENDED = `WITH RECURSIVE open (seq) AS (
    SELECT seq FROM runs WHERE status IN ('RUNNING', 'SCHEDULED') UNION SELECT r.seq FROM runs r JOIN open ON r.parent = open.seq)
  SELECT r.seq, r.id, r.parent, r.experiment, ${joined(
    'coalesce((SELECT p.id FROM runs p WHERE p.seq = r.parent), r.waits_for)',
    'r.experiment_changed_ms',
    'r.name',
    'r.name_changed_ms',
    'r.status',
    'r.reason',
    'r.started_ms',
    'r.ended_ms',
    'r.heartbeat_ms',
    'r.deleted_ms',
    'r.lifecycle_changed_ms',
    'r.user',
    'r.host',
    'r.pid',
  )} AS text
  FROM runs r WHERE r.seq NOT IN open ORDER BY r.started_ms, r.seq`;

/** What every run of an experiment says of it, by the ids of all that have the name. */
const EXPERIMENTS = `SELECT e.id, ${joined('e.name', '(SELECT min(s.created_ms) FROM experiments s WHERE s.name = e.name)')} || coalesce((
    SELECT group_concat(${joined('t.key', 't.value', 't.changed_ms')}, ';' ORDER BY t.key, t.changed_ms, t.value)
    FROM experiments s JOIN experiment_tags t ON t.experiment = s.id WHERE s.name = e.name), '')
  FROM experiments e`;

const part = (table: string, run: string, ...columns: readonly string[]): string =>
  `SELECT ${run}, group_concat(${joined(...columns)}, ';') FROM ${table} GROUP BY ${run}`;

/** Rows come by their keys, always in one order. */
const PARTS: readonly string[] = [
  part('params', 'run', 'name', 'json'),
  part('tags', 'run', 'key', 'value', 'changed_ms'),
  part('series', 'run', 'name', 'points', 'last_step', 'last_ms', 'last_value', 'min_value', 'max_value'),
  part('inputs', 'run', 'name', 'digest', 'context'),
  part('artifacts', 'run', 'path', 'digest', 'changed_ms'),
  part('stage_links', 'run', 'stage', 'outcome', 'producer'),
  part('logged_models', 'run', 'id', 'status', 'changed_ms', 'deleted_ms'),
  part('logged_models m JOIN logged_model_params p ON p.model = m.id', 'm.run', 'p.model', 'p.key', 'p.json'),
  part('logged_models m JOIN logged_model_tags t ON t.model = m.id', 'm.run', 't.model', 't.key', 't.value', 't.changed_ms'),
];
