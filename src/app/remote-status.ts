import type { Cache } from '../cache/types.ts';
import type { Content } from '../core/content.ts';
import type { ProjectPath } from '../core/stage.ts';
import type { DamagedBatch } from '../remote/batches/batch-set.ts';
import { checkFormat } from '../remote/format/remote-format.ts';
import { IndexSet } from '../remote/index-set.ts';
import { fetchLatest } from '../remote/pull/fetch-latest.ts';
import { planPush } from '../remote/push/plan-push.ts';
import { lookProgress } from './progress.ts';
import { withProject, type Project } from './project.ts';
import { POINTER_SUFFIX } from './scan-project.ts';
import { chooseContents, travelsWith, type TransferScope } from './transfer/choose-contents.ts';
import { withRemote, type Connection } from './transfer/connect.ts';
import { fetchResults } from './transfer/fetch-results.ts';
import { fetchRuns } from './transfer/fetch-runs.ts';
import { isHere } from './transfer/is-here.ts';
import { openLuggage, tellLuggage } from './transfer/push-luggage.ts';
import { staysHere, withoutStaying } from './transfer/stays-here.ts';
import type { AppContext } from './types.ts';

/** Where a tracked path is. */
interface RemoteStatus {
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
  /** Absent where they were left out. */
  readonly runs?: RunsStatus;
  readonly requests: number;
}

/** Numbers of runs, and of results of the run-cache. */
interface RunsStatus {
  readonly toPush: number;
  readonly toFetch: number;
  readonly inProgress: number;
  readonly results: { readonly toPush: number; readonly toFetch: number };
  /** Batches on the remote that cannot be read. */
  readonly damaged: readonly DamagedBatch[];
}

/** Compares cache and remote; transfers nothing but what it takes to know. */
export async function remoteStatus(
  ctx: AppContext,
  options: TransferScope & { readonly remote?: string; readonly runs: boolean },
): Promise<RemoteStatusData> {
  return await withProject({ ...ctx, readOnly: true }, async (project) => {
    const chosen = await chooseContents(project, options);
    return await withRemote(project, options.remote, async (connection) => {
      const { remote, settings } = connection;
      const cache = await project.cache();
      const isThere = await checkFormat(remote);
      const index = isThere ? await IndexSet.load(remote, connection.indexFolder) : IndexSet.none;
      const data: RemoteStatus[] = [];
      const stays = await staysHere(project, chosen, settings.name);
      for (const { label, contents } of withoutStaying(chosen, stays).groups) {
        for (const { path, content, stage } of contents) {
          // The list of what an import brought goes with the data, and is nobody's to look at.
          if (path.endsWith(POINTER_SUFFIX)) continue;
          const where = await whereIs(project, cache, index, connection, content);
          data.push({ path, in: label, ...(stage === undefined ? {} : { stage }), ...where });
        }
      }
      const runs = options.runs && travelsWith(options) ? await runsStatus(project, connection, index, isThere, stays) : undefined;
      return {
        remote: settings.name,
        address: remote.address,
        upToDate: data.every(({ state }) => state === 'both') && (runs === undefined || isEven(runs)),
        data,
        ...(runs === undefined ? {} : { runs }),
        requests: remote.requests,
      };
    });
  });
}

async function runsStatus(
  project: Project,
  connection: Connection,
  index: IndexSet,
  isThere: boolean,
  stays: (path: ProjectPath) => boolean,
): Promise<RunsStatus> {
  const luggage = await openLuggage(project, connection, isThere, index, stays);
  luggage.runs.close();
  const { sent, open, results, damaged } = tellLuggage(luggage, undefined);
  const coming = isThere ? await fetchRuns(project, connection, true) : undefined;
  const fetched = isThere ? await fetchResults(await project.cache(), connection, true) : undefined;
  return {
    toPush: sent,
    toFetch: (coming?.added ?? 0) + (coming?.changed ?? 0),
    inProgress: open,
    results: { toPush: results.sent, toFetch: fetched?.added ?? 0 },
    damaged,
  };
}

function isEven({ toPush, toFetch, results, damaged }: RunsStatus): boolean {
  return toPush + toFetch + results.toPush + results.toFetch + damaged.length === 0;
}

async function whereIs(
  project: Project,
  cache: Cache,
  index: IndexSet,
  { remote, indexFolder }: Connection,
  content: Content,
): Promise<Pick<RemoteStatus, 'state' | 'files' | 'bytes'>> {
  const isThere = index.has(Buffer.from(content.digest, 'hex'));
  if (isThere && isHere(cache, content)) return { state: 'both' };
  if (!isThere) {
    const plan = planPush(cache.objects, index, [content], lookProgress(project.ctx.emit, 'data', 'objects'));
    return { state: plan.missing.size > 0 ? 'neither' : 'local', files: plan.small.count + plan.large.length, bytes: plan.bytes };
  }
  const { signal } = project.ctx;
  const { files, bytes, missing, corrupt } = await fetchLatest([content], {
    remote,
    index,
    indexFolder,
    local: cache.objects,
    jobs: 4,
    dry: true,
    signal,
  });
  return { state: missing.size + corrupt.size > 0 ? 'neither' : 'remote', files, bytes };
}
