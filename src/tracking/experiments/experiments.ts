import { MloError } from '../../core/errors/mlo-error.ts';
import { titleFault } from '../../core/run-limits.ts';
import type { Access } from '../access.ts';
import type { Connection } from '../connection.ts';
import { latestChange, markDeleted, named, refuseRunning } from '../edits/delete-runs.ts';
import { markRestored } from '../edits/restore-runs.ts';
import { laterThan, runsOfExperiment, type TreeRun } from '../edits/run-tree.ts';
import { DEFAULT_EXPERIMENT } from './active-experiment.ts';
import { findExperiment, listExperiments, toExperiment, type ExperimentRow } from './find-experiment.ts';
import { setExperimentTags } from './set-experiment-tags.ts';
import type { Experiment, ExperimentLifecycle, Experiments } from './types.ts';

export function openExperiments({ db, now, read, write }: Access): Experiments {
  return {
    list: ({ deleted = false } = {}) => read(() => listExperiments(db, deleted)),
    create: (name, tags = new Map()) => write(() => create(db, name, tags, now())),
    rename: (nameOrId, name) => write(() => rename(db, nameOrId, name, now())),
    delete: (nameOrId, { force = false } = {}) => write(() => remove(db, nameOrId, force, now())),
    restore: (nameOrId, options = {}) => write(() => restore(db, nameOrId, options.as, now())),
    setTags: (nameOrId, tags) =>
      write(() => {
        const row = findExperiment(db, nameOrId, 'active');
        setExperimentTags(db, row.id, tags, now());
        return reread(db, row.id);
      }),
  };
}

function create(db: Connection, name: string, tags: ReadonlyMap<string, string>, nowMs: number): Experiment {
  const free = freeName(db, name);
  const { lastInsertRowid } = db.prepare('INSERT INTO experiments (name, created_ms, changed_ms) VALUES (?, ?, ?)').run(free, nowMs, nowMs);
  setExperimentTags(db, Number(lastInsertRowid), tags, nowMs);
  return reread(db, Number(lastInsertRowid));
}

function rename(db: Connection, nameOrId: string, name: string, nowMs: number): Experiment {
  const row = findExperiment(db, nameOrId, 'active');
  refuseDefault(row, 'renamed');
  if (row.name === name) return toExperiment(db, row);
  const free = freeName(db, name);
  db.prepare('UPDATE experiments SET name = ?, changed_ms = ? WHERE id = ?').run(free, nowMs, row.id);
  // For other stores its runs have moved to an experiment of that name.
  db.prepare('UPDATE runs SET experiment_changed_ms = max(?, experiment_changed_ms + 1) WHERE experiment = ?').run(nowMs, row.id);
  return reread(db, row.id);
}

function remove(db: Connection, nameOrId: string, force: boolean, nowMs: number): ExperimentLifecycle {
  const row = findExperiment(db, nameOrId, 'active');
  refuseDefault(row, 'deleted');
  const all = runsOfExperiment(db, row.id);
  const going = all.filter(({ deletedMs }) => deletedMs === null);
  if (!force) refuseRunning(going);
  const atMs = laterThan(nowMs, all.map(latestChange));
  markDeleted(db, going, atMs);
  db.prepare('UPDATE experiments SET deleted_ms = ?, changed_ms = ? WHERE id = ?').run(atMs, nowMs, row.id);
  return { experiment: reread(db, row.id), runs: going.map(named), below: countBelow(going) };
}

function restore(db: Connection, nameOrId: string, as: string | undefined, nowMs: number): ExperimentLifecycle {
  const row = findExperiment(db, nameOrId, 'deleted');
  const name = freeName(db, as ?? row.name, as === undefined ? row.name : undefined);
  const all = runsOfExperiment(db, row.id);
  const coming = all.filter(({ deletedMs }) => deletedMs !== null && deletedMs === row.deletedMs);
  db.prepare('UPDATE experiments SET name = ?, deleted_ms = NULL, changed_ms = ? WHERE id = ?').run(name, nowMs, row.id);
  if (name !== row.name)
    db.prepare('UPDATE runs SET experiment_changed_ms = max(?, experiment_changed_ms + 1) WHERE experiment = ?').run(nowMs, row.id);
  markRestored(db, coming, laterThan(nowMs, coming.map(latestChange)));
  return { experiment: reread(db, row.id), runs: coming.map(named), below: countBelow(coming) };
}

function countBelow(runs: readonly TreeRun[]): number {
  return runs.filter(({ parent }) => parent !== null).length;
}

function reread(db: Connection, id: number): Experiment {
  return toExperiment(
    db,
    db
      .prepare('SELECT id, name, created_ms AS createdMs, changed_ms AS changedMs, deleted_ms AS deletedMs FROM experiments WHERE id = ?')
      .get(id) as ExperimentRow,
  );
}

function refuseDefault({ id, name }: ExperimentRow, what: string): void {
  if (id !== DEFAULT_EXPERIMENT.id) return;
  throw new MloError('MLO_EXPERIMENT', `The experiment ${JSON.stringify(name)} cannot be ${what}: runs that name no experiment go there.`, {
    hint: 'mlo experiments create my-experiment',
    details: { name },
  });
}

/** `restoring`: the name is that of a deleted experiment which is to come back. */
function freeName(db: Connection, typed: string, restoring?: string): string {
  const name = typed.toWellFormed();
  const fault = titleFault(name);
  if (fault !== undefined) throw new MloError('MLO_EXPERIMENT', `The name of an experiment ${fault}.`, { hint: 'mlo experiments list' });
  const taken = db.prepare('SELECT 1 FROM experiments WHERE name = ? AND deleted_ms IS NULL').get(name) !== undefined;
  if (!taken) return name;
  throw new MloError('MLO_EXPERIMENT', `There is an experiment ${JSON.stringify(name)} already.`, {
    hint:
      restoring === undefined
        ? 'mlo experiments list'
        : `mlo experiments restore ${JSON.stringify(name)} --as ${JSON.stringify(`${name}-restored`)}`,
    details: { name },
  });
}
