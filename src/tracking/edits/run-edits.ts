import type { Access } from '../access.ts';
import { deleteRuns } from './delete-runs.ts';
import { planPurge, purgeRuns } from './purge-runs.ts';
import { restoreRuns } from './restore-runs.ts';
import { renameRun, setRunTags } from './set-run-tags.ts';
import type { RunEdits } from './types.ts';

export function runEdits({ db, now, read, write }: Access): RunEdits {
  return {
    delete: (ids, { force = false } = {}) => write(() => deleteRuns(db, ids, force, now())),
    restore: (ids) => write(() => restoreRuns(db, ids, now())),
    purgePlan: (selection) => read(() => planPurge(db, selection, now())),
    purge: (selection) => write(() => purgeRuns(db, selection, now())),
    setTags: (id, tags) => write(() => setRunTags(db, id, tags, now())),
    rename: (id, name) => write(() => renameRun(db, id, name, now())),
  };
}
