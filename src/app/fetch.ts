import type { Cache } from '../cache/types.ts';
import type { Content } from '../core/content.ts';
import { MloError } from '../core/errors/mlo-error.ts';
import type { DamagedBatch } from '../remote/batches/batch-set.ts';
import { checkFormat } from '../remote/format/remote-format.ts';
import { IndexSet } from '../remote/index-set.ts';
import { fetchLatest } from '../remote/pull/fetch-latest.ts';
import { byteProgress } from './progress.ts';
import { withWriter, type Project } from './project.ts';
import { allContents, chooseContents, travelsWith, withArtifacts, type Chosen } from './transfer/choose-contents.ts';
import { withRemoteOf, type Connection, type TransferOptions } from './transfer/connect.ts';
import { alsoFromSources } from './transfer/also-from-sources.ts';
import { fetchResults } from './transfer/fetch-results.ts';
import { fetchRuns, type FetchedRuns } from './transfer/fetch-runs.ts';
import { isHere } from './transfer/is-here.ts';
import { FETCH_JOBS } from './transfer/jobs.ts';
import { staysHere } from './transfer/stays-here.ts';
import { tellMissing, type MissingObject } from './transfer/missing-objects.ts';
import type { AppContext } from './types.ts';
import { msSince } from './ms-since.ts';

export interface FetchData {
  readonly remote: string;
  readonly address: string;
  /** False with `dry`. */
  readonly done: boolean;
  /** That came; with `dry`: to come. */
  readonly files: number;
  readonly trees: number;
  /** Of those files. */
  readonly bytes: number;
  /** That came over the wire. */
  readonly bytesReceived: number;
  /** Files that were in the cache already, as far as that can be told without looking into every folder. */
  readonly here: number;
  readonly requests: number;
  /** With `dry`: about how many requests the fetch would take, with those of the look. */
  readonly requestsExpected?: number;
  readonly durationMs: number;
  /** Objects that locks and pointers name, and that are neither in the cache nor (whole) on the remote. */
  readonly missing: readonly MissingObject[];
  readonly broken: Chosen['broken'];
  /** Whether all that is missing is not for this remote: `push: false`, or `remote:` with another name. */
  readonly onlyElsewhere: boolean;
  /** Something was asked of the remote, and nothing was ever pushed to that address. */
  readonly neverPushed?: true;
  /** Absent where they were left out. */
  readonly runs?: {
    /** Runs that are new here; with `dry`: that are to come. */
    readonly added: number;
    readonly changed: number;
    /** Results that came into the run-cache. */
    readonly results: number;
    readonly conflicts: FetchedRuns['conflicts'];
    /** What on the remote could not be taken in. */
    readonly damaged: readonly DamagedBatch[];
  };
}

/** Brings what locks and pointers name from the remote into the cache, every byte verified. */
export async function fetchFromRemote(ctx: AppContext, options: TransferOptions): Promise<FetchData> {
  return await withWriter(ctx, async (project) => {
    const chosen = await chooseContents(project, options);
    const work = async (connection: Connection) => await fetchChosen(project, chosen, connection, options);
    return await alsoFromSources(project, chosen, options.dry, async () => withRemoteOf(project, options, work));
  });
}

async function fetchChosen(project: Project, named: Chosen, connection: Connection, options: TransferOptions): Promise<FetchData> {
  const startMs = performance.now();
  const { remote, settings, indexFolder } = connection;
  const cache = await project.cache();
  const { wanted: own, here } = splitByPresence(cache, allContents(named));
  const travel = options.runs && travelsWith(options);
  const isThere = (own.length > 0 || travel) && (await checkFormat(remote));
  if (!isThere && own.length > 0 && here === 0) throw nothingPushed(settings.name, remote.address);
  const luggage = travel && isThere ? await fetchLuggage(project, cache, connection, options.dry) : undefined;
  const artifacts = luggage?.artifacts.filter(({ content }) => !isHere(cache, content)) ?? [];
  const index = own.length + artifacts.length > 0 && isThere ? await IndexSet.load(remote, indexFolder) : IndexSet.none;
  // What an older run keeps and nobody has was told when it came.
  const coming = artifacts.filter(({ content, isNew }) => isNew || index.has(Buffer.from(content.digest, 'hex')));
  const wanted = [...own, ...coming.map(({ content }) => content)];
  const total = wanted.reduce((sum, { size }) => sum + size, 0);
  const result = await fetchLatest(wanted, {
    remote,
    index,
    indexFolder,
    local: cache.objects,
    jobs: options.jobs ?? FETCH_JOBS,
    dry: options.dry,
    signal: project.ctx.signal,
    onProgress: byteProgress(project.ctx.emit, 'fetch', settings.name, total),
  });
  await cache.flush();
  const all = withArtifacts(named, coming);
  const cached = result.missing.size === 0 ? all : await all.withoutUncached(result.missing);
  const told = tellMissing(cache, cached, result.missing, result.corrupt);
  // What only uncached outs name, of branches, tags and runs, is nobody's to have.
  const missing = cached === all ? told : told.filter(({ uses }) => uses.length > 0);
  return {
    remote: settings.name,
    address: remote.address,
    done: !options.dry,
    files: result.files,
    trees: result.trees,
    bytes: result.bytes,
    bytesReceived: result.bytesReceived + (luggage?.bytesReceived ?? 0),
    here,
    requests: remote.requests,
    ...(options.dry ? { requestsExpected: remote.requests + result.requestsToCome } : {}),
    durationMs: msSince(startMs),
    missing,
    broken: cached.broken,
    onlyElsewhere: missing.length > 0 && (await areElsewhere(project, named, settings.name, missing)),
    ...(own.length > 0 && !isThere ? { neverPushed: true as const } : {}),
    ...(luggage === undefined ? {} : { runs: luggage.told }),
  };
}

async function areElsewhere(project: Project, chosen: Chosen, remote: string, missing: readonly MissingObject[]): Promise<boolean> {
  const stays = await staysHere(project, chosen, remote);
  return missing.every(({ uses, corruptAt }) => corruptAt === undefined && uses.every(({ path }) => stays(path)));
}

async function fetchLuggage(
  project: Project,
  cache: Cache,
  connection: Connection,
  dry: boolean,
): Promise<{
  readonly artifacts: FetchedRuns['artifacts'];
  readonly bytesReceived: number;
  readonly told: NonNullable<FetchData['runs']>;
}> {
  const runs = await fetchRuns(project, connection, dry);
  const results = await fetchResults(cache, connection, dry);
  const { added, changed, conflicts } = runs;
  return {
    artifacts: runs.artifacts,
    bytesReceived: runs.bytesReceived + results.bytesReceived,
    told: { added, changed, conflicts, results: results.added, damaged: [...runs.damaged, ...results.damaged] },
  };
}

/** What is whole in the cache is not asked for. */
function splitByPresence(cache: Cache, contents: readonly Content[]): { readonly wanted: readonly Content[]; readonly here: number } {
  const wanted: Content[] = [];
  let here = 0;
  for (const content of contents) {
    if (isHere(cache, content)) here += content.files ?? 1;
    else wanted.push(content);
  }
  return { wanted, here };
}

function nothingPushed(name: string, address: string): MloError {
  return new MloError('MLO_REMOTE', `Nothing was pushed to the remote '${name}' yet: ${address} holds no data of mlo`, {
    hint: `Where the data is: mlo push -r ${name}. Is it the right address? mlo remote show ${name}`,
  });
}
