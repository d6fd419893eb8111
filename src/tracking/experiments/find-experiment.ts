import { MloError } from '../../core/errors/mlo-error.ts';
import { nearest } from '../../core/text/nearest.ts';
import type { Connection } from '../connection.ts';
import type { Experiment } from './types.ts';

export interface ExperimentRow {
  readonly id: number;
  readonly name: string;
  readonly createdMs: number;
  readonly changedMs: number;
  readonly deletedMs: number | null;
}

const SELECT = 'SELECT e.id, e.name, e.created_ms AS createdMs, e.changed_ms AS changedMs, e.deleted_ms AS deletedMs FROM experiments e';

export function listExperiments(db: Connection, deleted: boolean): readonly Experiment[] {
  const where = deleted ? 'IS NOT NULL' : 'IS NULL';
  const rows = db.prepare(`${SELECT} WHERE e.deleted_ms ${where} ORDER BY e.id <> 0, e.name, e.deleted_ms DESC`).all() as ExperimentRow[];
  return rows.map((row) => toExperiment(db, row));
}

/** `state`: a name that is deleted may stand for several; the last one deleted is meant. @throws MLO_EXPERIMENT */
export function findExperiment(db: Connection, nameOrId: string, state: 'active' | 'deleted'): ExperimentRow {
  const name = nameOrId.toWellFormed();
  const where = state === 'active' ? 'e.deleted_ms IS NULL' : 'e.deleted_ms IS NOT NULL';
  const byName = db.prepare(`${SELECT} WHERE e.name = ? AND ${where} ORDER BY e.deleted_ms DESC, e.id DESC`).get(name);
  const found = byName ?? (/^\d{1,15}$/.test(name) ? db.prepare(`${SELECT} WHERE e.id = ? AND ${where}`).get(Number(name)) : undefined);
  if (found === undefined) throw experimentUnknown(db, name, state);
  return found as ExperimentRow;
}

export function toExperiment(db: Connection, { id, name, createdMs, changedMs, deletedMs }: ExperimentRow): Experiment {
  const tags = db.prepare('SELECT key, value FROM experiment_tags WHERE experiment = ? AND value IS NOT NULL ORDER BY key').raw().all(id);
  const { runs, newestRunMs } = db
    .prepare(
      'SELECT count(*) AS runs, max(started_ms) AS newestRunMs FROM runs WHERE experiment = ? AND deleted_ms IS NULL AND parent IS NULL',
    )
    .get(id) as { runs: number; newestRunMs: number | null };
  const runsBelow = db
    .prepare('SELECT count(*) FROM runs WHERE experiment = ? AND deleted_ms IS NULL AND parent IS NOT NULL')
    .pluck()
    .get(id) as number;
  return {
    id: String(id),
    name,
    createdMs,
    changedMs,
    ...(deletedMs === null ? {} : { deletedMs }),
    tags: Object.fromEntries(tags as [string, string][]),
    runs,
    runsBelow,
    ...(newestRunMs === null ? {} : { newestRunMs }),
  };
}

function experimentUnknown(db: Connection, name: string, state: 'active' | 'deleted'): MloError {
  const known = db
    .prepare(`SELECT name FROM experiments WHERE deleted_ms IS ${state === 'active' ? '' : 'NOT '}NULL ORDER BY name`)
    .pluck()
    .all() as string[];
  const inOther =
    db.prepare(`SELECT 1 FROM experiments WHERE name = ? AND deleted_ms IS ${state === 'active' ? 'NOT ' : ''}NULL`).get(name) !==
    undefined;
  const near = nearest(name, known);
  const what = state === 'active' ? 'No experiment' : 'No deleted experiment';
  const because = inOther ? (state === 'active' ? '; one that is deleted has it' : '; one that is not deleted has it') : '';
  return new MloError('MLO_EXPERIMENT', `${what} has the name ${JSON.stringify(name)}${because}.`, {
    hint: hintOf(name, near, inOther, state),
    details: { name, known },
  });
}

function hintOf(name: string, near: string | undefined, inOther: boolean, state: 'active' | 'deleted'): string {
  if (inOther && state === 'active') return `mlo experiments restore ${JSON.stringify(name)}`;
  if (near !== undefined) return `Did you mean ${JSON.stringify(near)}?`;
  return state === 'active' ? 'mlo experiments list' : 'mlo experiments list --deleted';
}
