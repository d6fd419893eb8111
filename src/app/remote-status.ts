import type { Cache } from '../cache/types.ts';
import type { Content } from '../core/content.ts';
import type { IndexSet } from '../remote/index-set.ts';
import { fetchObjects } from '../remote/pull/fetch-objects.ts';
import { planPush } from '../remote/push/plan-push.ts';
import { withProject, type Project } from './project.ts';
import { POINTER_SUFFIX } from './scan-project.ts';
import { chooseContents, type TransferScope } from './transfer/choose-contents.ts';
import { loadIndexes, withRemote, type Connection } from './transfer/connect.ts';
import { isHere } from './transfer/is-here.ts';
import type { AppContext } from './types.ts';

/** Where a tracked path is. */
export interface RemoteStatus {
  readonly path: string;
  readonly stage?: string;
  /** Who names it: workspace, a branch, a tag. */
  readonly in: string;
  /** `both`; `local`: not all of it was pushed; `remote`: not all of it was fetched; `neither`: something of it is in neither place. */
  readonly state: 'both' | 'local' | 'remote' | 'neither';
  /** To push, or to fetch. */
  readonly files?: number;
  readonly bytes?: number;
}

export interface RemoteStatusData {
  readonly remote: string;
  readonly address: string;
  readonly upToDate: boolean;
  readonly data: readonly RemoteStatus[];
  readonly requests: number;
}

/** Compares cache and remote; transfers nothing but what it takes to know. */
export async function remoteStatus(ctx: AppContext, options: TransferScope & { readonly remote?: string }): Promise<RemoteStatusData> {
  return await withProject({ ...ctx, readOnly: true }, async (project) => {
    const chosen = await chooseContents(project, options);
    return await withRemote(project, options.remote, async (connection) => {
      const { remote, settings } = connection;
      const cache = await project.cache();
      const index = await loadIndexes(connection);
      const data: RemoteStatus[] = [];
      for (const { label, contents } of chosen.groups) {
        for (const { path, content, stage } of contents) {
          // The list of what an import brought goes with the data, and is nobody's to look at.
          if (path.endsWith(POINTER_SUFFIX)) continue;
          const where = await whereIs(project, cache, index, connection, content);
          data.push({ path, in: label, ...(stage === undefined ? {} : { stage }), ...where });
        }
      }
      return {
        remote: settings.name,
        address: remote.address,
        upToDate: data.every(({ state }) => state === 'both'),
        data,
        requests: remote.requests,
      };
    });
  });
}

async function whereIs(
  project: Project,
  cache: Cache,
  index: IndexSet,
  { remote }: Connection,
  content: Content,
): Promise<Pick<RemoteStatus, 'state' | 'files' | 'bytes'>> {
  const isThere = index.has(Buffer.from(content.digest, 'hex'));
  if (isThere && isHere(cache, content)) return { state: 'both' };
  if (!isThere) {
    const plan = planPush(cache.objects, index, [content]);
    return { state: plan.missing.size > 0 ? 'neither' : 'local', files: plan.small.count + plan.large.length, bytes: plan.bytes };
  }
  const { signal } = project.ctx;
  const { files, bytes, missing, corrupt } = await fetchObjects([content], {
    remote,
    index,
    local: cache.objects,
    jobs: 4,
    dry: true,
    signal,
  });
  return { state: missing.size + corrupt.size > 0 ? 'neither' : 'remote', files, bytes };
}
