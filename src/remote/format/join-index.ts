import { ROW_BYTES as PACK_ROW_BYTES } from '../../cache/packs/pack-format.ts';
import { compareDigests, sortedByDigest } from '../../cache/packs/sort-digests.ts';
import type { Digest } from '../../core/content.ts';
import {
  HEADER_BYTES,
  PACK_BYTES,
  RECIPE_BYTES,
  ROW_BYTES,
  START,
  type IndexedPack,
  type IndexPart,
  type IndexRecipe,
  type IndexRow,
} from './index-format.ts';

/** One index of all parts. No object a row: a remote may have millions. Of several rows or recipes with one digest the first counts. */
export function joinIndexParts(parts: readonly IndexPart[], recipes: readonly IndexRecipe[]): Buffer {
  const packs = [...new Map(parts.flatMap((part) => part.packs.map((pack) => [pack.id, pack]))).values()].sort((a, b) =>
    a.id < b.id ? -1 : 1,
  );
  const rows = joinRows(parts, new Map(packs.map(({ id }, number) => [id, number])));
  const ownRecipes = sortedOnce(recipes);
  const bytes = Buffer.alloc(HEADER_BYTES + packs.length * PACK_BYTES + rows.length + ownRecipes.length * RECIPE_BYTES);
  let at = HEADER_BYTES;
  for (const { id, size } of packs) {
    bytes.write(id, at, 'hex');
    bytes.writeBigUInt64LE(BigInt(size), at + 32);
    at += PACK_BYTES;
  }
  const rowCount = putSortedOnce(rows, bytes, at);
  at += rowCount * ROW_BYTES;
  for (const { digest, size, recipe } of ownRecipes) {
    bytes.set(digest, at);
    bytes.writeBigUInt64LE(BigInt(size), at + 32);
    bytes.set(recipe, at + 40);
    at += RECIPE_BYTES;
  }
  START.copy(bytes);
  bytes.writeUInt32LE(packs.length, 16);
  bytes.writeUInt32LE(rowCount, 20);
  bytes.writeUInt32LE(ownRecipes.length, 24);
  return bytes.subarray(0, at);
}

export function partOfRows(packs: readonly IndexedPack[], rows: readonly IndexRow[]): IndexPart {
  const numbers = new Map(packs.map(({ id }, number) => [id, number]));
  const bytes = Buffer.alloc(rows.length * ROW_BYTES);
  rows.forEach((row, number) => {
    const at = number * ROW_BYTES;
    bytes.set(row.digest, at);
    bytes.writeUInt32LE(numberOf(numbers, row.pack), at + 32);
    bytes.writeUInt32LE(row.at, at + 36);
    bytes.writeUInt32LE(row.stored, at + 40);
    bytes.writeUInt32LE((row.raw | (row.encoding << 30)) >>> 0, at + 44);
  });
  return { packs, rows: bytes };
}

/** `rows`: of the pack, as they lie in it; `wanted`: where those that count begin. */
export function partOfPack(pack: IndexedPack, rows: Buffer, wanted: readonly number[]): IndexPart {
  const bytes = Buffer.alloc(wanted.length * ROW_BYTES);
  wanted.forEach((from, number) => {
    const to = number * ROW_BYTES;
    rows.copy(bytes, to, from, from + 32);
    rows.copy(bytes, to + 36, from + 32, from + PACK_ROW_BYTES);
  });
  return { packs: [pack], rows: bytes };
}

function numberOf(numbers: ReadonlyMap<Digest, number>, pack: Digest): number {
  const number = numbers.get(pack);
  if (number === undefined) throw new Error(`The index has a row of the pack ${pack}, which is not in it`);
  return number;
}

/** All rows one after the other, with other numbers of packs. */
function joinRows(parts: readonly IndexPart[], numbers: ReadonlyMap<Digest, number>): Buffer {
  const joined = Buffer.concat(parts.map(({ rows }) => rows));
  let at = 0;
  for (const { packs, rows } of parts) {
    const own = packs.map(({ id }) => numberOf(numbers, id));
    for (const end = at + rows.length; at < end; at += ROW_BYTES)
      joined.writeUInt32LE(own[joined.readUInt32LE(at + 32)] as number, at + 32);
  }
  return joined;
}

/** Puts rows into an index by their digests; returns how many there are, each digest counted once. */
function putSortedOnce(rows: Buffer, index: Buffer, at: number): number {
  let end = at;
  for (const row of sortedByDigest(rows, ROW_BYTES, rows.length / ROW_BYTES)) {
    if (end > at && compareDigests(rows, row * ROW_BYTES, index, end - ROW_BYTES) === 0) continue;
    rows.copy(index, end, row * ROW_BYTES, (row + 1) * ROW_BYTES);
    end += ROW_BYTES;
  }
  return (end - at) / ROW_BYTES;
}

function sortedOnce(recipes: readonly IndexRecipe[]): readonly IndexRecipe[] {
  const sorted = recipes.toSorted((a, b) => Buffer.compare(a.digest, b.digest));
  return sorted.filter(({ digest }, place) => place === 0 || compareDigests(digest, 0, (sorted[place - 1] as IndexRecipe).digest, 0) !== 0);
}
