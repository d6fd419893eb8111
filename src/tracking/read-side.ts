import type { Connection } from './connection.ts';
import { listArtifacts } from './read-artifacts.ts';
import { readDetail, readSeries } from './read-detail.ts';
import { listRuns } from './read-runs.ts';
import { searchRuns } from './search/search-runs.ts';
import { withSqliteErrors } from './sqlite-errors.ts';
import type { Tracking } from './types.ts';

export type ReadSide = Pick<Tracking, 'list' | 'search' | 'get' | 'metricSeries' | 'artifacts'>;

/** `commit` is called before each read, so that a handle sees what it wrote. */
export function readSide(db: Connection, path: string, commit: () => void): ReadSide {
  /** One transaction a read: its queries see one state, whatever other processes write meanwhile. */
  function read<T>(work: () => T): T {
    commit();
    return withSqliteErrors(path, () => db.transaction(work).deferred());
  }
  return {
    list: (query) => read(() => listRuns(db, query)),
    search: (search) => read(() => searchRuns(db, search)),
    get: (id) => read(() => readDetail(db, id)),
    artifacts: () => read(() => listArtifacts(db)),
    metricSeries: (id, name) => read(() => readSeries(db, id, name)),
  };
}
