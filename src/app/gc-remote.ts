import { areListed, IndexSet } from '../remote/index-set.ts';
import type { Remote, UnfinishedPut } from '../remote/port.ts';
import type { RemoteLease } from '../remote/leases.ts';
import { checkFormat } from '../remote/format/remote-format.ts';
import type { Amount, RemoteMarks } from '../remote/gc/remote-marks.ts';
import type { PutAmount } from '../remote/gc/unfinished-puts.ts';
import type { PackAmount, PackThere, RewritePlan } from '../remote/gc/remote-plan.ts';
import type { Digest } from '../core/content.ts';
import { MloError } from '../core/errors/mlo-error.ts';
import { trace } from '../fs/trace.ts';
import { remoteClaims, type RemoteClaim, type RemoteKeeps } from './gc/remote-claims.ts';
import { msSince } from './ms-since.ts';
import { withProject, type Project } from './project.ts';
import { leaseOn, withRemote, type Connection } from './transfer/connect.ts';
import type { AppContext } from './types.ts';

export interface GcRemoteOptions extends RemoteKeeps {
  readonly remote?: string;
  /** Delete; else it is only said what would be. */
  readonly force: boolean;
  /** Milliseconds: what was pushed since stays, whoever needs it. */
  readonly graceMs: number;
  /** Write packs anew of which less than half is needed. */
  readonly repack: boolean;
  /** Requests at a time. */
  readonly jobs?: number;
}

export interface GcRemoteData {
  readonly remote: string;
  readonly address: string;
  /** False: nothing was deleted. */
  readonly done: boolean;
  /** Each object counts for the first that needs it. */
  readonly kept: readonly (Amount & { readonly for: string; readonly of: string })[];
  /** Pushed within the grace period, by whomever, with all that it needs. */
  readonly young: Amount;
  /** Objects that no index names any more. */
  readonly gone: Amount;
  /** Of those: in packs that stay for the sake of others. */
  readonly waiting: Amount;
  /** Packs that nothing needs. */
  readonly packs: PackAmount;
  readonly repacked: PackAmount;
  /** Packs that no index names: of interrupted pushes. */
  readonly unfinished: PackAmount;
  /** Puts that were begun and never ended, and are older than the grace period and an hour: unfinished uploads. */
  readonly uploads: PutAmount;
  /** Objects that an index names and that are not there: then nothing is deleted. */
  readonly lost: number;
  /** Needed here, and not on the remote. */
  readonly missing: number;
  /** Bytes of packs. */
  readonly size: { readonly before: number; readonly after: number };
  readonly graceMs: number;
  readonly requests: number;
  readonly bytesReceived: number;
  readonly durationMs: number;
}

const JOBS = 8;
/** An index may come while it is looked, of a push that took this gc for dead. */
const MOST_LOOKS = 3;

/** Finds what this project needs nothing of on a remote, and with `force` deletes it while nobody pushes. */
export async function gcRemote(ctx: AppContext, options: GcRemoteOptions): Promise<GcRemoteData> {
  return await withProject({ ...ctx, readOnly: true }, async (project) => {
    const claims = await trace('what is needed', () => remoteClaims(project, options));
    return await withRemote(project, options.remote, (connection) => collect(project, connection, claims, options));
  });
}

async function collect(
  project: Project,
  connection: Connection,
  claims: readonly RemoteClaim[],
  options: GcRemoteOptions,
): Promise<GcRemoteData> {
  const startMs = performance.now();
  const { remote, settings } = connection;
  const isThere = await checkFormat(remote);
  const lease = options.force && isThere ? await leaseOn(connection, 'gc', project) : undefined;
  try {
    const looking = async (onIndex?: (index: IndexSet) => void): Promise<Found> =>
      await look(project, connection, claims, options, isThere, lease, onIndex);
    let found = lease === undefined ? await lookWhileNobodyDeletes(remote, looking) : await looking();
    if (options.force && found.plan.lost > 0) throw lostObjects(found.plan.lost, remote.address);
    for (let looks = 1; lease !== undefined && !(await found.rewrite(lease)); looks += 1) {
      if (looks === MOST_LOOKS) throw new Error('An index came while nobody could push');
      found = await looking();
    }
    const { sumOfPuts } = await import('../remote/gc/unfinished-puts.ts');
    const { sumOfPacks } = await import('../remote/gc/remote-plan.ts');
    const { plan, marks, kept, young, packs } = found;
    const before = sumOfPacks([...packs.values()]).bytes;
    const moved = plan.moving.reduce((sum, { stored }) => sum + stored, 0);
    const gone = sumOfPacks([...plan.unneeded, ...plan.repacked, ...plan.unknown]).bytes;
    return {
      remote: settings.name,
      address: remote.address,
      done: options.force,
      kept,
      young,
      gone: plan.gone,
      waiting: plan.waiting,
      packs: sumOfPacks(plan.unneeded),
      repacked: sumOfPacks(plan.repacked),
      unfinished: sumOfPacks(plan.unknown),
      uploads: sumOfPuts(found.uploads),
      lost: plan.lost,
      missing: found.missing,
      size: { before, after: before - gone + moved },
      graceMs: options.graceMs,
      requests: remote.requests,
      bytesReceived: marks.bytesReceived,
      durationMs: msSince(startMs),
    };
  } finally {
    await lease?.release();
  }
}

/** Without a lease another gc may put what is needed into other packs while it is looked: that is no damage. */
async function lookWhileNobodyDeletes(remote: Remote, looking: (onIndex: (index: IndexSet) => void) => Promise<Found>): Promise<Found> {
  for (let looks = 1; ; looks += 1) {
    let index = IndexSet.none;
    const isOld = async (): Promise<boolean> =>
      looks < MOST_LOOKS &&
      !(await areListed(
        remote,
        index.indexes.map(({ id }) => id),
      ));
    try {
      const found = await looking((loaded) => (index = loaded));
      if (found.plan.lost === 0 || !(await isOld())) return found;
    } catch (error) {
      if (!(error instanceof MloError) || error.code !== 'MLO_REMOTE_CORRUPT' || !(await isOld())) throw error;
    }
  }
}

/** What names them would go on saying that all below is there: `verify` takes that out first. */
function lostObjects(lost: number, address: string): MloError {
  const what = lost === 1 ? '1 object that is needed lies in a pack that is' : `${lost} objects that are needed lie in packs that are`;
  return new MloError('MLO_REMOTE_CORRUPT', `${address}: ${what} not there. Nothing was deleted`, {
    hint: 'mlo verify --remote --repair, then mlo push from a machine that has the data',
  });
}

interface Found {
  readonly plan: RewritePlan;
  readonly marks: RemoteMarks;
  /** What batches name may be nowhere any more; what this project names should be there. */
  readonly missing: number;
  readonly kept: GcRemoteData['kept'];
  readonly young: Amount;
  readonly packs: ReadonlyMap<Digest, PackThere>;
  readonly uploads: readonly UnfinishedPut[];
  /** False where it must be looked again. */
  readonly rewrite: (lease: RemoteLease) => Promise<boolean>;
}

async function look(
  project: Project,
  { remote, indexFolder }: Connection,
  claims: readonly RemoteClaim[],
  { graceMs, repack, jobs = JOBS }: GcRemoteOptions,
  isThere: boolean,
  lease: RemoteLease | undefined,
  onIndex?: (index: IndexSet) => void,
): Promise<Found> {
  const { RemoteMarks } = await import('../remote/gc/remote-marks.ts');
  const { abandonAll, oldUnfinished } = await import('../remote/gc/unfinished-puts.ts');
  const { listPacks, oldSince, planRewrite } = await import('../remote/gc/remote-plan.ts');
  const { rewriteRemote } = await import('../remote/gc/rewrite.ts');
  const { signal, emit } = project.ctx;
  const nowMs = lease?.takenMs ?? Date.now();
  const youngSinceMs = nowMs - graceMs;
  const index = isThere ? await IndexSet.load(remote, indexFolder) : IndexSet.none;
  onIndex?.(index);
  const packs = isThere ? await listPacks(remote) : new Map<Digest, PackThere>();
  const marks = new RemoteMarks({ remote, index, jobs, signal, local: (await project.cache()).objects });
  const kept: (Amount & { for: string; of: string })[] = [];
  for (const { label, of, contents } of claims) kept.push({ for: label, of, ...(await marks.mark(contents)) });
  const missing = marks.missing;
  const { batchNeeds } = await import('../remote/gc/batch-needs.ts');
  const { batches, needs } = isThere ? await batchNeeds(remote, jobs) : { batches: 0, needs: [] };
  if (batches > 0)
    kept.push({ for: 'runs and results there', of: batches === 1 ? '1 batch' : `${batches} batches`, ...(await marks.mark(needs)) });
  const { markYoung } = await import('../remote/gc/mark-young.ts');
  const young = await trace('what is young', () => markYoung(marks, index, packs, youngSinceMs));
  const uploads = isThere ? await oldUnfinished(remote, oldSince(nowMs, youngSinceMs)) : [];
  const plan = planRewrite({ index, packs, repack, nowMs, youngSinceMs, keeps: (digest) => marks.keeps(digest) });
  return {
    plan,
    marks,
    missing,
    kept,
    young,
    packs,
    uploads,
    rewrite: async (held) => {
      const isDone = await rewriteRemote(plan, {
        remote,
        lease: held,
        index,
        indexFolder,
        packs,
        jobs,
        signal,
        onProgress: (done, total) => emit({ type: 'progress', task: 'gc', label: 'remote', done, total, unit: 'files' }),
      });
      if (isDone) await abandonAll(remote, held, uploads);
      return isDone;
    },
  };
}
