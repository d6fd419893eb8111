import type { Cache } from '../../cache/types.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { fetchLatest } from '../../remote/pull/fetch-latest.ts';
import type { IndexSet } from '../../remote/index-set.ts';
import type { Project } from '../project.ts';
import { loadIndexes, withRemote } from '../transfer/connect.ts';
import type { OtherCopy } from './restore.ts';

const JOBS = 4;

/** The default remote, where there is one that can be reached: asked when nothing nearer has the bytes. */
export function remoteCopies(project: Project, cache: Cache): OtherCopy {
  let index: IndexSet | undefined;
  let isOut = false;
  return async (digest, uses) => {
    if (isOut) return false;
    try {
      return await withRemote(project, undefined, async (connection) => {
        index ??= await loadIndexes(connection);
        if (!index.has(Buffer.from(digest, 'hex'))) return false;
        const kind = uses.some(({ isFolder }) => isFolder === true) ? ({ kind: 'tree' } as const) : {};
        const { remote, indexFolder } = connection;
        const { signal } = project.ctx;
        const options = { remote, index, indexFolder, local: cache.objects, jobs: JOBS, signal };
        const found = await fetchLatest([{ digest, ...kind }], options);
        index = found.index;
        return !found.missing.has(digest) && !found.corrupt.has(digest);
      });
    } catch (error) {
      if (!(error instanceof MloError) || error.code === 'MLO_INTERRUPTED') throw error;
      isOut = true;
      if (error.code !== 'MLO_REMOTE_UNKNOWN')
        project.ctx.emit({ type: 'warning', message: `The remote was not asked for what is missing: ${error.message}` });
      return false;
    }
  };
}
