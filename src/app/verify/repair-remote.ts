import { isDigest, type Digest } from '../../core/content.ts';
import { digestText } from '../../fs/hash.ts';
import type { BatchTables } from '../../remote/batches/batch-format.ts';
import type { PackThere, RewritePlan } from '../../remote/gc/remote-plan.ts';
import type { IndexSet } from '../../remote/index-set.ts';
import type { RemoteLease } from '../../remote/leases.ts';
import type { Lost } from '../../remote/verify/lost-closure.ts';
import type { MendedBatches } from '../../remote/verify/mend-batches.ts';
import type { BatchFinding } from '../../remote/verify/verify-batches.ts';
import type { RemoteVerification } from '../../remote/verify/verify-remote.ts';
import type { Project } from '../project.ts';
import { resultsPlace, runsPlace, type Connection } from '../transfer/connect.ts';

/** Batches of runs and results: what is whole of each damaged one stays. */
export async function mendRemoteRuns(
  project: Project,
  connection: Connection,
  lease: RemoteLease,
  broken: readonly BatchFinding[],
): Promise<MendedBatches> {
  const { mendBatches } = await import('../../remote/verify/mend-batches.ts');
  const { readKept } = await import('../../remote/batches/batch-set.ts');
  const places = [runsPlace(project, connection), resultsPlace(connection)];
  const keptTables = (key: string, size: number): BatchTables | undefined => {
    const place = places.find(({ folder }) => key.startsWith(folder));
    const id = key.slice(place?.folder.length);
    return place === undefined || !isDigest(id) ? undefined : readKept(place.kept, { id, size });
  };
  return await mendBatches(broken, { remote: connection.remote, lease, keptTables });
}

interface Repair {
  readonly index: IndexSet;
  readonly packs: ReadonlyMap<Digest, PackThere>;
  readonly found: RemoteVerification;
  readonly lost: Lost;
  /** Those that cannot be used. */
  readonly indexes: readonly { readonly key: string }[];
  readonly jobs: number;
}

/** One index without what is lost, without trees above that, and without copies that are no good. Packs stay: `gc` deletes what nothing names. */
export async function repairRemote(
  { remote, indexFolder }: Connection,
  lease: RemoteLease,
  { index, packs, found, lost, indexes, jobs }: Repair,
): Promise<{ readonly objects: number; readonly indexes: number }> {
  const { rowsOf, recipesOf } = await import('../../remote/gc/remote-plan.ts');
  const { rewriteRemote } = await import('../../remote/gc/rewrite.ts');
  for (const { key } of indexes) await remote.delete(key);
  const before = [...rowsOf(index)];
  const rows = before.filter(({ digest, pack }) => !lost.digests.has(digestText(digest)) && !found.isBadCopy(digest, pack));
  const recipesBefore = recipesOf(index);
  const recipes = recipesBefore.filter(({ digest }) => !lost.digests.has(digestText(digest)));
  const changesIndex = rows.length !== before.length || recipes.length !== recipesBefore.length;
  const nothing = { gone: { objects: 0, bytes: 0 }, waiting: { objects: 0, bytes: 0 }, lost: 0 };
  const plan: RewritePlan = { rows, recipes, moving: [], repacked: [], unneeded: [], unknown: [], changesIndex, ...nothing };
  if (!(await rewriteRemote(plan, { remote, lease, index, indexFolder, packs, jobs })))
    throw new Error('An index came while nobody could push');
  return { objects: lost.digests.size, indexes: indexes.length };
}
