import { checkFormat, writeFormat } from '../remote/format/remote-format.ts';
import type { DamagedBatch } from '../remote/batches/batch-set.ts';
import { IndexSet } from '../remote/index-set.ts';
import { planPush, type PushPlan } from '../remote/push/plan-push.ts';
import { pushObjects, type PushResult } from '../remote/push/push-objects.ts';
import { byteProgress, lookProgress } from './progress.ts';
import { withProject, type Project } from './project.ts';
import { allContents, chooseContents, travelsWith, withArtifacts, type Chosen } from './transfer/choose-contents.ts';
import { leaseOn, withRemoteOf, type Connection, type TransferOptions } from './transfer/connect.ts';
import { openLuggage, sendLuggage, tellLuggage, type Luggage, type SentLuggage } from './transfer/push-luggage.ts';
import { tellMissing, type MissingObject } from './transfer/missing-objects.ts';
import type { AppContext } from './types.ts';

export interface PushData {
  readonly remote: string;
  readonly address: string;
  /** False with `dry`. */
  readonly done: boolean;
  /** Pushed; with `dry`: to be pushed. */
  readonly files: number;
  readonly trees: number;
  /** Of those files and trees. */
  readonly bytes: number;
  /** That went over the wire. */
  readonly bytesSent: number;
  readonly packs: number;
  /** Files that were there already. */
  readonly there: number;
  readonly requests: number;
  readonly durationMs: number;
  /** Objects that locks and pointers name and the cache does not have, nor the remote. */
  readonly missing: readonly MissingObject[];
  readonly broken: Chosen['broken'];
  /** Absent where they were left out. */
  readonly runs?: PushedRuns;
}

export interface PushedRuns {
  /** Runs that were pushed; with `dry`: to be pushed. */
  readonly sent: number;
  /** That the remote has as they are here. */
  readonly there: number;
  /** In progress: they wait. */
  readonly open: number;
  /** Results of the run-cache. */
  readonly results: { readonly sent: number; readonly there: number };
  /** Batches on the remote that cannot be read; what is in them counts as not there. */
  readonly damaged: readonly DamagedBatch[];
}

const JOBS = 4;
/** Rounds around objects that turned out to be damaged. */
const MOST_ROUNDS = 5;

/** Sends what locks and pointers name, and the remote does not have. */
export async function push(ctx: AppContext, options: TransferOptions): Promise<PushData> {
  return await withProject(ctx, async (project) => {
    const chosen = await chooseContents(project, options);
    return await withRemoteOf(project, options, async (connection) => await pushChosen(project, chosen, connection, options));
  });
}

async function pushChosen(project: Project, named: Chosen, connection: Connection, options: TransferOptions): Promise<PushData> {
  const travel = options.runs && travelsWith(options);
  const isThere = await checkFormat(connection.remote);
  const index = isThere ? await IndexSet.load(connection.remote, connection.indexFolder) : IndexSet.none;
  const luggage = travel ? await openLuggage(project, connection, isThere, index) : undefined;
  try {
    return await pushAll(
      project,
      luggage === undefined ? named : withArtifacts(named, luggage.runs.artifacts),
      connection,
      options,
      { isThere, index },
      luggage,
    );
  } finally {
    luggage?.runs.close();
  }
}

async function pushAll(
  project: Project,
  named: Chosen,
  connection: Connection,
  options: TransferOptions,
  { isThere, index: loaded }: { readonly isThere: boolean; readonly index: IndexSet },
  luggage: Luggage | undefined,
): Promise<PushData> {
  const startMs = performance.now();
  const { remote, settings, indexFolder } = connection;
  const cache = await project.cache();
  const results = luggage?.results.contents ?? [];
  const planOf = (): PushPlan =>
    planPush(cache.objects, index, [...allContents(chosen), ...results], lookProgress(project.ctx.emit, 'data', 'objects'));
  let chosen = named;
  let index = loaded;
  let plan = planOf();
  if (plan.missing.size > 0) {
    chosen = await named.withoutUncached(plan.missing);
    plan = planOf();
  }
  let first = plan;
  let result: PushResult = NOTHING;
  let sent: SentLuggage | undefined;
  const sends = !options.dry && (!isEmpty(plan) || (luggage !== undefined && luggage.runs.toSend + luggage.results.toSend > 0));
  // Nothing is deleted there while it is held: what an index says now stays true.
  const lease = sends ? await leaseOn(connection, 'push', project) : undefined;
  try {
    if (lease !== undefined) {
      if (!isThere) await writeFormat(remote);
      const before = index;
      index = await IndexSet.load(remote, indexFolder);
      if (!index.isSame(before)) first = plan = planOf();
      for (let rounds = 0; !isEmpty(plan) && rounds < MOST_ROUNDS; rounds += 1) {
        const { signal, emit } = project.ctx;
        const onProgress = byteProgress(emit, 'push', settings.name, plan.bytes);
        const jobs = options.jobs ?? JOBS;
        const round = await pushObjects(plan, { remote, lease, local: cache.objects, index, indexFolder, jobs, signal, onProgress });
        result = sumOf(result, round);
        if (round.damaged.length === 0) break;
        index = await IndexSet.load(remote, indexFolder);
        plan = planOf();
      }
      await lease.confirm();
      if (luggage !== undefined) sent = await sendLuggage(luggage, connection);
    }
  } finally {
    await lease?.release();
  }
  return {
    remote: settings.name,
    address: remote.address,
    done: !options.dry,
    files: options.dry ? first.small.count + first.large.length : result.files,
    trees: options.dry ? first.trees.count : result.trees,
    bytes: first.bytes,
    bytesSent: result.bytesSent + (sent?.bytes ?? 0),
    packs: result.packs,
    there: first.filesThere,
    requests: remote.requests,
    durationMs: performance.now() - startMs,
    missing: tellMissing(cache, chosen, plan.missing),
    broken: chosen.broken,
    ...(luggage === undefined ? {} : { runs: tellLuggage(luggage, sent) }),
  };
}

const NOTHING: PushResult = { files: 0, trees: 0, packs: 0, bytesSent: 0, damaged: [] };

function isEmpty({ small, large, trees }: PushPlan): boolean {
  return small.count + large.length + trees.count === 0;
}

function sumOf(a: PushResult, b: PushResult): PushResult {
  return {
    files: a.files + b.files,
    trees: a.trees + b.trees,
    packs: a.packs + b.packs,
    bytesSent: a.bytesSent + b.bytesSent,
    damaged: b.damaged,
  };
}
