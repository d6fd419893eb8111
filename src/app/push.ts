import { checkFormat } from '../remote/format/remote-format.ts';
import type { DamagedBatch } from '../remote/batches/batch-set.ts';
import { IndexSet } from '../remote/index-set.ts';
import { expectedRequests } from '../remote/push/expected-requests.ts';
import { planPush, type PushPlan } from '../remote/push/plan-push.ts';
import type { ProjectPath } from '../core/stage.ts';
import { lookProgress } from './progress.ts';
import { withProject, type Project } from './project.ts';
import { allContents, chooseContents, runLabel, travelsWith, withArtifacts, type Chosen } from './transfer/choose-contents.ts';
import { withRemoteOf, type Connection, type TransferOptions } from './transfer/connect.ts';
import { PUSH_JOBS } from './transfer/jobs.ts';
import { openLuggage, tellLuggage, type Luggage } from './transfer/push-luggage.ts';
import { tellMissing, type MissingObject } from './transfer/missing-objects.ts';
import { isEmpty, sendPlanned, type Cargo, type Destination } from './transfer/send-planned.ts';
import { pathsStaying, staysHere, withoutStaying } from './transfer/stays-here.ts';
import type { AppContext } from './types.ts';
import type { Use } from './verify/find-uses.ts';
import { msSince } from './ms-since.ts';

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
  /** With `dry`: about how many requests the push would take, with those of the look. */
  readonly requestsExpected?: number;
  readonly durationMs: number;
  /** Objects that locks and pointers name and the cache does not have, nor the remote. */
  readonly missing: readonly MissingObject[];
  readonly broken: Chosen['broken'];
  /** Paths that are not for this remote: `push: false`, or `remote:` with another name. */
  readonly stays: readonly ProjectPath[];
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

/** Sends what locks and pointers name, and the remote does not have. */
export async function push(ctx: AppContext, options: TransferOptions): Promise<PushData> {
  return await withProject(ctx, async (project) => {
    const chosen = await chooseContents(project, options);
    return await withRemoteOf(project, options, async (connection) => await pushChosen(project, chosen, connection, options));
  });
}

async function pushChosen(project: Project, chosen: Chosen, connection: Connection, options: TransferOptions): Promise<PushData> {
  const isThere = await checkFormat(connection.remote);
  const index = isThere ? await IndexSet.load(connection.remote, connection.indexFolder) : IndexSet.none;
  const destination = { ...connection, isThere, index, jobs: options.jobs ?? PUSH_JOBS };
  const stays = await staysHere(project, chosen, connection.settings.name);
  const push = async (all: Chosen, luggage?: Luggage): Promise<PushData> => ({
    ...(await pushAll(project, withoutStaying(all, stays), luggage, destination, options)),
    stays: pathsStaying(chosen, stays),
  });
  if (!options.runs || !travelsWith(options)) return await push(chosen);
  const luggage = await openLuggage(project, connection, isThere, index, stays);
  try {
    return await push(withArtifacts(chosen, luggage.runs.artifacts), luggage);
  } finally {
    luggage.runs.close();
  }
}

async function pushAll(
  project: Project,
  named: Chosen,
  luggage: Luggage | undefined,
  destination: Destination,
  { dry }: TransferOptions,
): Promise<Omit<PushData, 'stays'>> {
  const startMs = performance.now();
  const { remote, settings } = destination;
  const cache = await project.cache();
  const planOf = (chosen: Chosen, index: IndexSet): PushPlan =>
    planPush(
      cache.objects,
      index,
      [...allContents(chosen), ...(luggage?.results.contents ?? [])],
      lookProgress(project.ctx.emit, 'data', 'objects'),
    );
  const wished = planOf(named, destination.index);
  const chosen = wished.missing.size > 0 ? await named.withoutUncached(wished.missing) : named;
  const planned = chosen === named ? wished : planOf(chosen, destination.index);
  const cargo: Cargo = { local: cache.objects, luggage, planFor: (index) => planOf(chosen, index) };
  const isToSend = !dry && !(isEmpty(planned) && isNothing(luggage));
  const sent = isToSend ? await sendPlanned(project, cargo, planned, destination) : undefined;
  const plan = sent?.plan ?? planned;
  return {
    remote: settings.name,
    address: remote.address,
    done: !dry,
    files: dry ? plan.small.count + plan.large.length : (sent?.objects.files ?? 0),
    trees: dry ? plan.trees.count : (sent?.objects.trees ?? 0),
    bytes: plan.bytes,
    bytesSent: (sent?.objects.bytesSent ?? 0) + (sent?.luggage?.bytes ?? 0),
    packs: sent?.objects.packs ?? 0,
    there: plan.filesThere,
    requests: remote.requests,
    ...(dry ? { requestsExpected: remote.requests + expectedRequests(plan, destination.isThere) + luggageRequests(luggage) } : {}),
    durationMs: msSince(startMs),
    missing: tellMissing(cache, chosen, (sent ?? plan).missing).filter(({ uses }) => uses.length === 0 || uses.some(isNews(luggage))),
    broken: chosen.broken,
    ...(luggage === undefined ? {} : { runs: tellLuggage(luggage, sent?.luggage) }),
  };
}

/** What only runs name that the remote has as they are was told when they went. */
function isNews(luggage: Luggage | undefined): (use: Use) => boolean {
  const told = new Set(luggage?.runs.artifacts.filter(({ isTold }) => isTold).map(({ run }) => runLabel(run)));
  return (use) => use.in.some((label) => !told.has(label));
}

/** Runs go in one batch; results in another, after a look at the indexes. */
function luggageRequests(luggage: Luggage | undefined): number {
  if (luggage === undefined) return 0;
  return (luggage.runs.toSend > 0 ? 1 : 0) + (luggage.results.toSend > 0 ? 2 : 0);
}

function isNothing(luggage: Luggage | undefined): boolean {
  return luggage === undefined || luggage.runs.toSend + luggage.results.toSend === 0;
}
