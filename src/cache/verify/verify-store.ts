import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { isErrno } from '../../fs/errno.ts';
import { closeSegments, openSegments, readJournalObject, segmentNames, type OpenSegment } from '../inventory/journal-segments.ts';
import { Inventory } from '../inventory/inventory.ts';
import { Reach, type Root } from '../inventory/reach.ts';
import { openStore, type OpenStore } from '../open-store.ts';
import { checkPackIndex } from './check-pack-index.ts';
import { checkSegmentStructure } from './check-segment-structure.ts';
import type { Damage } from './damage.ts';
import { readEverything } from './read-everything.ts';
import { digestText } from '../../fs/hash.ts';

export interface VerifyOptions {
  readonly cacheDir: string;
  readonly root: string;
  /** Structure only: not all bytes are read. */
  readonly quick: boolean;
  /** What must be there, with all that is below it. */
  readonly roots: readonly Root[];
  /** What else should be there: what other revisions name. */
  readonly history?: readonly Root[];
  /** Called with bytes read so far and those to be read. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Called before and after the reading, with objects looked at so far. */
  readonly onObjects?: (count: number) => void;
  readonly signal?: AbortSignal;
}

export interface StoreReport {
  /** Different objects. */
  readonly objects: number;
  readonly packs: number;
  readonly segments: number;
  readonly loose: number;
  /** Bytes that were read and hashed. */
  readonly bytes: number;
  /** Run-cache entries that were read. */
  readonly runs: number;
  readonly damages: readonly Damage[];
  /** Objects that the roots need. */
  readonly needed: number;
  /** Of these, in any order: those that no place of the cache has, or has with the right bytes. */
  readonly missing: readonly Digest[];
  /** Objects that only the history needs. */
  readonly neededByHistory: number;
  /** Those of them that no place of the cache has. */
  readonly missingInHistory: readonly Digest[];
  /** Those of which the only copies are broken, needed or not. */
  readonly broken: readonly Digest[];
}

/** Looks at everything in a cache, changing nothing. Throws MLO_INTERRUPTED, MLO_CACHE_IO. */
export async function verifyStore(options: VerifyOptions): Promise<StoreReport> {
  const { cacheDir, quick, roots, onObjects } = options;
  const opened = openStore({ cacheDir, readOnly: true });
  const { packs } = opened.store;
  const structure = segmentsOf(cacheDir);
  try {
    const inventory = new Inventory({ packs, segments: structure.segments, loose: opened.loose, onObjects });
    const damages = [
      ...structure.damages,
      ...damagedPacks(opened),
      ...knownBroken(opened),
      ...checkPackIndex(packs.folder, inventory.packs),
    ];
    const read = quick ? undefined : await readAll(options, opened, inventory);
    // The whole check says more about a file than the look at its structure.
    const found = read === undefined ? damages : merged(damages, read.damages);
    const suspects = new Set(found.flatMap(({ digest }) => (digest === undefined ? [] : [digest])));
    const others = [{ read: (digest: Digest) => readJournalObject(structure.segments, digest) }, opened.loose];
    const broken = [...suspects].filter((digest) => !hasGoodCopy(opened, others, inventory, digest));
    const reach = new Reach(inventory, { packs, others, strict: !quick, onObjects });
    const needed = reach.claim(roots).objects;
    const missingNow = reach.missing.count;
    const neededByHistory = reach.claim(options.history ?? []).objects;
    for (const number of looseOfWrongSize(inventory, reach)) {
      const digest = inventory.hexOf(number);
      found.push({
        kind: 'object',
        file: opened.loose.pathOf(digest),
        digest,
        why: `it has ${inventory.sizeOf(number)} bytes, which is not what names it says`,
      });
      broken.push(digest);
    }
    for (let number = 0; number < reach.unreadable.count; number += 1) broken.push(digestText(reach.unreadable.digest(number)));
    const missing = Array.from({ length: reach.missing.count }, (_, number) => digestText(reach.missing.digest(number)));
    const missingInHistory = missing.splice(missingNow);
    return {
      objects: inventory.count,
      packs: packs.damaged.size + inventory.packs.length,
      segments: structure.segments.length,
      loose: inventory.loose.length,
      bytes: read?.bytes ?? 0,
      runs: read?.runs ?? 0,
      damages: found,
      needed: needed + missing.length,
      missing,
      neededByHistory: neededByHistory + missingInHistory.length,
      missingInHistory,
      broken: [...new Set(broken)].sort(),
    };
  } finally {
    closeSegments(structure.segments);
    packs.close();
  }
}

/** Segments that can be opened, newest first, and what is wrong with the others. */
function segmentsOf(cacheDir: string): { readonly segments: readonly OpenSegment[]; readonly damages: readonly Damage[] } {
  const folder = join(cacheDir, 'journal');
  const damages = segmentNames(folder).flatMap((name) => checkSegmentStructure(join(folder, name)));
  const unusable = new Set(damages.filter((damage) => damage.isUnusable).map((damage) => damage.file));
  return {
    segments: openSegments(folder, (name) => !unusable.has(join(folder, name))),
    damages: damages.map(({ kind, file, why }) => ({ kind, file, why })),
  };
}

function damagedPacks({ store: { packs } }: OpenStore): readonly Damage[] {
  for (const _ of packs.packs()) continue;
  return [...packs.damaged].map(([name, why]) => ({ kind: 'pack', file: join(packs.folder, name), why }));
}

/** Entries that somebody found broken before, and nobody has mended since. */
function knownBroken({ store: { packs } }: OpenStore): readonly Damage[] {
  return [...packs.packs()].flatMap(({ reader, broken }) =>
    [...broken].map((digest): Damage => ({ kind: 'object', file: reader.path, digest, why: 'its bytes were found broken before' })),
  );
}

async function readAll(
  options: VerifyOptions,
  { store, loose }: OpenStore,
  inventory: Inventory,
): Promise<Awaited<ReturnType<typeof readEverything>>> {
  const { cacheDir, root, onProgress, signal } = options;
  const journal = join(cacheDir, 'journal');
  const files = {
    packs: filesIn(store.packs.folder).filter(({ path }) => path.endsWith('.pack')),
    segments: segmentNames(journal).map((name) => withSize(join(journal, name))),
    looseFolder: loose.folder,
    loose: Array.from(inventory.loose, (number) => {
      const digest = inventory.hexOf(number);
      return { digest, ...withSize(loose.pathOf(digest)) };
    }),
  };
  const total = [...files.packs, ...files.segments, ...files.loose].reduce((sum, { bytes }) => sum + bytes, 0);
  return await readEverything(files, {
    cacheDir,
    root,
    ...(onProgress === undefined ? {} : { onProgress: (done) => onProgress(done, total) }),
    ...(signal === undefined ? {} : { signal }),
  });
}

function merged(structure: readonly Damage[], read: readonly Damage[]): Damage[] {
  const told = new Set(read.map(keyOf));
  return [...read, ...structure.filter((damage) => !told.has(keyOf(damage)))];
}

/** One finding a file and object. */
function keyOf({ kind, file, digest }: Damage): string {
  return `${kind} ${file} ${digest ?? ''}`;
}

type Place = { read(digest: Digest): Buffer | undefined };

function hasGoodCopy({ store, loose }: OpenStore, others: readonly Place[], inventory: Inventory, digest: Digest): boolean {
  const number = inventory.table.find(Buffer.from(digest, 'hex'));
  if (number < 0) return false;
  // Too large for a pack: the loose file that was found broken is the only copy.
  if (loose.sizeOf(digest) !== undefined && inventory.sizeOf(number) > LARGEST_PACKED) return false;
  return [store.packs, ...others].some((place) => {
    try {
      return place.read(digest) !== undefined;
    } catch (error) {
      if (error instanceof MloError || isErrno(error)) return false;
      throw error;
    }
  });
}

const LARGEST_PACKED = 0x3fff_ffff;

function looseOfWrongSize(inventory: Inventory, reach: Reach): readonly number[] {
  return [...inventory.loose].filter((number) => {
    const expected = reach.expectedSizes.get(number);
    return expected !== undefined && inventory.sizeOf(number) !== expected;
  });
}

function filesIn(folder: string): readonly { readonly path: string; readonly bytes: number }[] {
  return existsSync(folder) ? readdirSync(folder).map((name) => withSize(join(folder, name))) : [];
}

function withSize(path: string): { readonly path: string; readonly bytes: number } {
  return { path, bytes: statSync(path, { throwIfNoEntry: false })?.size ?? 0 };
}
