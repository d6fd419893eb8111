import type { LocalObjects } from '../../cache/transfer.ts';
import { writeFormat } from '../../remote/format/remote-format.ts';
import { IndexSet } from '../../remote/index-set.ts';
import type { RemoteLease } from '../../remote/leases.ts';
import type { PushPlan } from '../../remote/push/plan-push.ts';
import { pushObjects, type PushResult } from '../../remote/push/push-objects.ts';
import { byteProgress } from '../progress.ts';
import type { Project } from '../project.ts';
import { leaseOn, type Connection } from './connect.ts';
import { sendLuggage, type Luggage, type SentLuggage } from './push-luggage.ts';

/** A remote, and what it had when it was looked at first. */
export interface Destination extends Connection {
  /** False: nothing was pushed to it yet. */
  readonly isThere: boolean;
  readonly index: IndexSet;
  /** Packs on their way at a time. */
  readonly jobs: number;
}

export interface Cargo {
  readonly local: LocalObjects;
  /** What a remote with this index does not have. */
  planFor(index: IndexSet): PushPlan;
  readonly luggage: Luggage | undefined;
}

export interface Sent {
  /** As it was before the first byte went. */
  readonly plan: PushPlan;
  readonly objects: PushResult;
  /** Known at the end: neither here (whole) nor there. */
  readonly missing: PushPlan['missing'];
  readonly luggage: SentLuggage | undefined;
}

/** Rounds around objects that turned out to be damaged. */
const MOST_ROUNDS = 5;

/** Objects first, then the runs and results that name them. Throws what `pushObjects` throws. */
export async function sendPlanned(project: Project, cargo: Cargo, planned: PushPlan, destination: Destination): Promise<Sent> {
  const { remote, indexFolder, isThere } = destination;
  // Nothing is deleted there while it is held: what an index says now stays true.
  const lease = await leaseOn(destination, 'push', project);
  try {
    if (!isThere) await writeFormat(remote);
    const index = await IndexSet.load(remote, indexFolder);
    const plan = index.isSame(destination.index) ? planned : cargo.planFor(index);
    const { objects, missing } = await sendObjects(project, cargo, plan, { ...destination, index }, lease);
    await lease.confirm();
    const luggage = cargo.luggage && (await sendLuggage(cargo.luggage, destination));
    return { plan, objects, missing, luggage };
  } finally {
    await lease.release();
  }
}

async function sendObjects(
  { ctx: { signal, emit } }: Project,
  { local, planFor }: Cargo,
  planned: PushPlan,
  { remote, settings, indexFolder, index: loaded, jobs }: Destination,
  lease: RemoteLease,
): Promise<Pick<Sent, 'objects' | 'missing'>> {
  let [objects, plan, index] = [NOTHING, planned, loaded];
  for (let rounds = 0; !isEmpty(plan) && rounds < MOST_ROUNDS; rounds += 1) {
    const onProgress = byteProgress(emit, 'push', settings.name, plan.bytes);
    const round = await pushObjects(plan, { remote, lease, local, index, indexFolder, jobs, signal, onProgress });
    objects = sumOf(objects, round);
    if (round.damaged.length === 0) break;
    index = await IndexSet.load(remote, indexFolder);
    plan = planFor(index);
  }
  return { objects, missing: plan.missing };
}

const NOTHING: PushResult = { files: 0, trees: 0, packs: 0, bytesSent: 0, damaged: [] };

export function isEmpty({ small, large, trees }: PushPlan): boolean {
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
