import type { Access } from './access.ts';
import { listArtifacts } from './read-artifacts.ts';
import { readDetail, readSeries } from './read-detail.ts';
import { listRuns } from './read-runs.ts';
import { searchRuns } from './search/search-runs.ts';
import type { Tracking } from './types.ts';

export type ReadSide = Pick<Tracking, 'list' | 'search' | 'get' | 'metricSeries' | 'artifacts'>;

export function readSide({ db, read }: Access): ReadSide {
  return {
    list: (query) => read(() => listRuns(db, query)),
    search: (search) => read(() => searchRuns(db, search)),
    get: (id) => read(() => readDetail(db, id)),
    artifacts: () => read(() => listArtifacts(db)),
    metricSeries: (id, name) => read(() => readSeries(db, id, name)),
  };
}
