import type { Digest } from '../core/content.ts';
import { decodeTree, type TreeRow } from '../core/encoding/tree-format.ts';
import { MloError } from '../core/errors/mlo-error.ts';
import { checkFormat, isFormatLost } from '../remote/format/remote-format.ts';
import { areListed, IndexSet } from '../remote/index-set.ts';
import { INDEX_FOLDER } from '../remote/keys.ts';
import type { Remote } from '../remote/port.ts';
import type { RemoteLease } from '../remote/leases.ts';
import type { Lost } from '../remote/verify/lost-closure.ts';
import type { RemoteFinding, RemoteVerification } from '../remote/verify/verify-remote.ts';
import { taskProgress } from './progress.ts';
import { withProject, type Project } from './project.ts';
import { chooseContents, namersOf } from './transfer/choose-contents.ts';
import { leaseOn, withRemote, type Connection } from './transfer/connect.ts';
import type { AppContext } from './types.ts';
import { findUses, type Use } from './verify/find-uses.ts';
import { mendRemoteRuns, repairRemote } from './verify/repair-remote.ts';
import { msSince } from './ms-since.ts';

export interface VerifyRemoteOptions {
  readonly remote?: string;
  /** Share that is read, above 0, 1 at the most. */
  readonly sample: number;
  /** Only says what it would cost. */
  readonly dry: boolean;
  /** Take what is broken out of the index, so that the next push sends it again. */
  readonly repair: boolean;
  readonly jobs?: number;
}

interface BadRemoteObject extends RemoteFinding {
  readonly uses: readonly Use[];
}

export interface VerifyRemoteData {
  readonly remote: string;
  readonly address: string;
  readonly ok: boolean;
  /** False with `dry`. */
  readonly done: boolean;
  readonly sample: number;
  readonly looked: {
    readonly indexes: number;
    readonly packs: number;
    /** Of runs and results. */
    readonly batches: number;
    /** Entries that were read and compared with their digests. */
    readonly entries: number;
    readonly trees: number;
    readonly recipes: number;
    readonly bytes: number;
    readonly requests: number;
    readonly durationMs: number;
  };
  /** Of reading the entries, and batches of runs and results; bytes at most. */
  readonly estimate: { readonly requests: number; readonly bytes: number };
  /** Indexes that cannot be used. */
  readonly indexes: readonly { readonly key: string; readonly why: string }[];
  /** Batches of runs and results that are damaged. */
  readonly batches: readonly { readonly key: string; readonly why: string }[];
  /** No copy there is good. */
  readonly objects: readonly BadRemoteObject[];
  /** Trees and large files of which something was never there; as `missing` what. */
  readonly incomplete: readonly { readonly digest: Digest; readonly missing: readonly Digest[]; readonly uses: readonly Use[] }[];
  /** Of objects that have another copy. */
  readonly spoilt: readonly RemoteFinding[];
  /** With `repair`: objects that no index names any more. */
  readonly repaired?: Repaired;
}

export interface Repaired {
  /** `format.json` was gone and is there again. */
  readonly format?: true;
  readonly objects: number;
  readonly indexes: number;
  /** Batches of which what is whole was kept. */
  readonly batches: number;
  /** Keys of batches that nobody could read: they are gone. */
  readonly removed: readonly string[];
  /** Keys of batches that a newer mlo wrote. Where it wrote an index, nothing is repaired. */
  readonly left: readonly string[];
}

const JOBS = 8;
/** Of a remote that a gc changes while it is read. */
const MOST_LOOKS = 4;

/** Reads what lies on a remote and says what of it is broken or missing, and what that belongs to. */
export async function verifyRemote(ctx: AppContext, options: VerifyRemoteOptions): Promise<VerifyRemoteData> {
  return await withProject({ ...ctx, readOnly: true }, async (project) =>
    withRemote(project, options.remote, async (connection) => {
      const { remote } = connection;
      const repairs = options.repair && !options.dry;
      const isLost = repairs && (await isFormatLost(remote));
      if (!isLost && !(await checkFormat(remote)))
        throw new MloError('MLO_REMOTE', `Nothing was pushed to ${remote.address} yet`, {
          hint: `mlo push -r ${connection.settings.name}`,
        });
      if (!repairs) return await lookWhileNobodyDeletes(project, connection, options);
      const lease = await leaseOn(connection, 'gc', project);
      try {
        if (isLost) await (await import('../remote/verify/restore-format.ts')).restoreFormat(remote, ctx.signal);
        return withFormat(await look(project, connection, options, lease), isLost);
      } finally {
        await lease.release();
      }
    }),
  );
}

function withFormat(data: VerifyRemoteData, isRestored: boolean): VerifyRemoteData {
  return isRestored && data.repaired !== undefined ? { ...data, ok: false, repaired: { ...data.repaired, format: true } } : data;
}

/** What a gc has put into other packs since the indexes were read is no damage. */
async function lookWhileNobodyDeletes(project: Project, connection: Connection, options: VerifyRemoteOptions): Promise<VerifyRemoteData> {
  const { remote } = connection;
  for (let looks = 1; looks <= MOST_LOOKS; looks += 1) {
    const listed: Digest[] = [];
    const found = await look(project, connection, options, undefined, listed);
    if (found.ok || (await areListed(remote, listed))) return found;
  }
  throw changing(remote);
}

function changing({ address }: Remote): MloError {
  return new MloError('MLO_REMOTE', `${address}: indexes changed while it was read, ${MOST_LOOKS} times: what is whole is not known`, {
    hint: 'Run the command again when nobody pushes or deletes there',
  });
}

async function look(
  project: Project,
  connection: Connection,
  { sample, dry, jobs = JOBS }: VerifyRemoteOptions,
  lease: RemoteLease | undefined,
  /** Gets the names of the indexes, damaged ones too. */
  listed: Digest[] = [],
): Promise<VerifyRemoteData> {
  const startMs = performance.now();
  const { remote, settings } = connection;
  const { listPacks } = await import('../remote/gc/remote-plan.ts');
  const { planVerify, RemoteVerification } = await import('../remote/verify/verify-remote.ts');
  const { lostClosure } = await import('../remote/verify/lost-closure.ts');
  const { signal, emit } = project.ctx;
  const indexes: { key: string; why: string }[] = [];
  const index = await IndexSet.loadSound(remote, (key, why) => void indexes.push({ key, why }));
  listed.push(...index.indexes.map(({ id }) => id), ...indexes.map(({ key }) => key.slice(INDEX_FOLDER.length) as Digest));
  const packs = await listPacks(remote);
  const plan = planVerify(index, packs, sample);
  const onProgress = taskProgress(emit, 'verify', settings.name);
  const found = new RemoteVerification({ remote, index, packs, jobs, signal, onProgress });
  if (!dry) await found.run(plan);
  const { costOfBatches, listBatches, verifyBatches } = await import('../remote/verify/verify-batches.ts');
  const batches = await listBatches(remote);
  const cost = costOfBatches(batches, sample);
  const ofRuns = dry ? undefined : await verifyBatches(remote, batches, sample, signal);
  const broken = ofRuns?.findings ?? [];
  const { lost, incomplete } = found;
  const all = await lostClosure([...lost.map(({ digest }) => digest), ...incomplete.keys()], {
    remote,
    index,
    jobs,
    signal,
    treeDigests: found.treeDigests,
    trees: found.trees,
  });
  const usesOf = lost.length + incomplete.size === 0 ? () => [] : await userOf(project, found, all);
  const repaired =
    lease === undefined ? undefined : await repairRemote(connection, lease, { index, packs, found, lost: all, indexes, jobs });
  const mended = lease === undefined ? undefined : await mendRemoteRuns(project, connection, lease, broken);
  return {
    remote: settings.name,
    address: remote.address,
    ok: indexes.length + broken.length + lost.length + incomplete.size + found.spoiltCopies.length === 0,
    done: !dry,
    sample,
    looked: {
      indexes: index.indexes.length,
      packs: packs.size,
      batches: batches.length,
      entries: found.entries,
      trees: found.treeDigests.count,
      recipes: found.recipes,
      bytes: found.bytes + (ofRuns?.bytes ?? 0),
      requests: remote.requests,
      durationMs: msSince(startMs),
    },
    estimate: { requests: plan.requests + cost.requests, bytes: plan.bytes + cost.bytes },
    indexes,
    batches: broken.map(({ key, why }) => ({ key, why })),
    objects: lost.map((finding) => ({ ...finding, uses: usesOf(finding.digest) })),
    incomplete: [...incomplete].map(([digest, missing]) => ({ digest, missing, uses: usesOf(digest) })),
    spoilt: found.spoiltCopies,
    ...(repaired === undefined || mended === undefined
      ? {}
      : { repaired: { ...repaired, batches: mended.mended, removed: mended.removed, left: mended.left } }),
  };
}

/** What objects belong to, in the workspace, branches and tags of this clone; of chunks and recipes that of their files. */
async function userOf(project: Project, found: RemoteVerification, lost: Lost): Promise<(digest: Digest) => readonly Use[]> {
  const chosen = await chooseContents(project, { targets: [], allBranches: true, allTags: true });
  const cache = await project.cache();
  const rowsOf = (digest: Digest): readonly TreeRow[] | undefined => {
    try {
      const bytes = found.trees.get(digest) ?? cache.objects.read(digest);
      return decodeTree(bytes.toString('latin1'), digest);
    } catch (error) {
      if (error instanceof MloError) return undefined;
      throw error;
    }
  };
  const uses = findUses(lost.digests, namersOf(chosen), rowsOf);
  return (digest) => uses.get(digest) ?? (lost.filesOf.get(digest) ?? []).flatMap((file) => uses.get(file) ?? []);
}
