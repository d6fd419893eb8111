import type { Digest } from '../../core/content.ts';
import { isDigest } from '../../core/content.ts';
import { DigestTable } from '../../cache/inventory/digest-table.ts';
import { ROW_BYTES } from '../../cache/packs/pack-format.ts';
import type { IndexedPack, IndexRecipe, IndexRow } from '../format/index-format.ts';
import type { IndexSet } from '../index-set.ts';
import { PACKS_FOLDER, packKey } from '../keys.ts';
import type { Remote } from '../port.ts';
import type { Amount } from './remote-marks.ts';

/** Packs that no index names stay for so long whatever the grace period: on some servers a list of keys is that of a moment ago. */
const SHORTEST_GRACE_MS = 60 * 60_000;

/** Start, counts and footer of a pack. */
const PACK_FRAME_BYTES = 16 + 1024 + 64;

/** A pack as the list of keys shows it. */
export interface PackThere extends IndexedPack {
  /** By the clock of the server; absent where it does not say: then it is young. */
  readonly modifiedMs?: number;
}

export interface PackAmount {
  readonly packs: number;
  readonly bytes: number;
}

export interface RewritePlan {
  /** What the new index says, but for packs that are written anew. */
  readonly rows: readonly IndexRow[];
  readonly recipes: readonly IndexRecipe[];
  /** Rows of packs of which less than half is needed: their entries move to new packs. */
  readonly moving: readonly IndexRow[];
  /** Packs of those rows. */
  readonly repacked: readonly PackThere[];
  /** Nothing in them is needed. */
  readonly unneeded: readonly PackThere[];
  /** No index knows them, and they are not young: an interrupted push, most likely. */
  readonly unknown: readonly PackThere[];
  /** Objects that no index will name any more, and the bytes that they have in packs. */
  readonly gone: Amount;
  /** Of those: in packs that stay, because of what else is in them. */
  readonly waiting: Amount;
  /** Needed objects that an index names and whose pack is not there. */
  readonly lost: number;
  /** Whether an index has to be written at all. */
  readonly changesIndex: boolean;
}

export interface PlanOptions {
  readonly index: IndexSet;
  readonly packs: ReadonlyMap<Digest, PackThere>;
  readonly keeps: (digest: Uint8Array) => boolean;
  /** By the clock of the server, as the next. */
  readonly nowMs: number;
  readonly youngSinceMs: number;
  readonly repack: boolean;
}

export async function listPacks(remote: Remote): Promise<ReadonlyMap<Digest, PackThere>> {
  const packs = new Map<Digest, PackThere>();
  for await (const { key, size, modifiedMs } of remote.list(PACKS_FOLDER)) {
    const id = key.slice(PACKS_FOLDER.length + 3);
    if (isDigest(id) && key === packKey(id)) packs.set(id, { id, size, ...(modifiedMs === undefined ? {} : { modifiedMs }) });
  }
  return packs;
}

export function isYoung({ modifiedMs }: PackThere, youngSinceMs: number): boolean {
  return modifiedMs === undefined || modifiedMs > youngSinceMs;
}

/** What nobody names and is older than this is of a push that ended long ago. By the clock of the server, Unix milliseconds. */
export function oldSince(nowMs: number, youngSinceMs: number): number {
  return Math.min(youngSinceMs, nowMs - SHORTEST_GRACE_MS);
}

/** Changes nothing. Of an object that lies in several places that one stays of whose pack most is needed. */
export function planRewrite({ index, packs, keeps, nowMs, youngSinceMs, repack }: PlanOptions): RewritePlan {
  const live = new Map<Digest, number>();
  const indexed = new Map<Digest, IndexRow[]>();
  const goneDigests = new DigestTable();
  let goneBytes = 0;
  const lost = new DigestTable();
  for (const row of rowsOf(index)) {
    const there = packs.get(row.pack);
    if (there === undefined || row.at + row.stored > there.size) {
      if (keeps(row.digest)) lost.add(row.digest);
      continue;
    }
    const rows = indexed.get(row.pack);
    if (rows === undefined) indexed.set(row.pack, [row]);
    else rows.push(row);
    if (keeps(row.digest)) live.set(row.pack, (live.get(row.pack) ?? 0) + row.stored);
    else if (isNew(goneDigests, row.digest)) goneBytes += row.stored;
  }
  const byNeed = [...indexed].sort(([a], [b]) => share(b) - share(a));
  const taken = new DigestTable();
  const rows: IndexRow[] = [];
  const moving: IndexRow[] = [];
  const repacked: PackThere[] = [];
  const unneeded: PackThere[] = [];
  let waitingObjects = 0;
  let waitingBytes = 0;
  for (const [id, all] of byNeed) {
    const pack = packs.get(id) as PackThere;
    const needed = all.filter((row) => keeps(row.digest) && isNew(taken, row.digest));
    const bytes = entryBytes(needed);
    if (needed.length === 0) unneeded.push(pack);
    else if (repack && isMostlyWaste(pack, needed.length, bytes)) {
      repacked.push(pack);
      for (const row of needed) moving.push(row);
    } else {
      for (const row of needed) rows.push(row);
      for (const row of all) {
        if (keeps(row.digest)) continue;
        waitingObjects += 1;
        waitingBytes += row.stored;
      }
    }
  }
  const recipes = recipesOf(index).filter(({ digest, recipe }) => keeps(digest) && taken.find(recipe) >= 0);
  const oldMs = oldSince(nowMs, youngSinceMs);
  const unknown = [...packs.values()].filter((pack) => !indexed.has(pack.id) && !isYoung(pack, oldMs));
  const before = index.indexes.reduce((sum, each) => sum + each.index.rowCount + each.index.recipeCount, 0);
  return {
    rows,
    recipes,
    moving,
    repacked,
    unneeded,
    unknown,
    gone: { objects: goneDigests.count, bytes: goneBytes },
    waiting: { objects: waitingObjects, bytes: waitingBytes },
    lost: [...numbersOf(lost)].filter((number) => taken.find(lost.digest(number)) < 0).length,
    changesIndex: before !== rows.length + recipes.length || moving.length > 0,
  };

  function share(id: Digest): number {
    return (live.get(id) ?? 0) / Math.max(1, packs.get(id)?.size ?? 1);
  }
}

/** Also by what no index names any more. */
function isMostlyWaste({ size }: PackThere, rows: number, bytes: number): boolean {
  return size - PACK_FRAME_BYTES - rows * ROW_BYTES - bytes > bytes + rows * ROW_BYTES;
}

function entryBytes(rows: readonly IndexRow[]): number {
  return rows.reduce((sum, { stored }) => sum + stored, 0);
}

export function sumOfPacks(packs: readonly PackThere[]): PackAmount {
  return { packs: packs.length, bytes: packs.reduce((sum, { size }) => sum + size, 0) };
}

export function* rowsOf(index: IndexSet): Generator<IndexRow> {
  for (const each of index.indexes) yield* each.index.rows();
}

export function recipesOf(index: IndexSet): readonly IndexRecipe[] {
  return index.indexes.flatMap((each) => [...each.index.recipes()]);
}

function isNew(table: DigestTable, digest: Uint8Array): boolean {
  const before = table.count;
  return table.add(digest) === before;
}

function numbersOf({ count }: DigestTable): Iterable<number> {
  return Array.from({ length: count }, (_, number) => number);
}
