import type { Digest } from '../../core/content.ts';
import { ROW_BYTES as PACK_ROW_BYTES } from '../../cache/packs/pack-format.ts';
import { compareDigests, sortedByDigest } from '../../cache/packs/sort-digests.ts';
import { locationAt, type EntryLocation } from '../../cache/packs/pack-index.ts';
import { digestText } from '../../fs/hash.ts';

/**
 * An index, all numbers little-endian. It says where objects lie in packs that were there before it:
 *   16 bytes that name format and version
 *   4 number of packs, 4 number of rows, 4 number of recipes, 4 zero
 *   a table of packs, sorted: 32 id, 8 length of the pack
 *   rows of 48 bytes sorted by digest, each digest once: 32 digest, 4 number of the pack from 0, 12 as in a pack's own rows
 *     (4 position of the entry in the pack, 4 its stored length, 4 length of the object in 30 bits and encoding in 2)
 *   recipes, sorted by digest, each digest once: 32 digest of a large file, 8 its length, 32 digest of the recipe, which is an object with a row
 * It lies under the BLAKE3 of all of it.
 */
const START = Buffer.from('mlo-index 1\n\0\0\0\0', 'latin1');
const HEADER_BYTES = 32;
const PACK_BYTES = 40;
const ROW_BYTES = 48;
const RECIPE_BYTES = 72;

export interface IndexedPack {
  readonly id: Digest;
  readonly size: number;
}

export interface ObjectPlace extends EntryLocation {
  readonly pack: IndexedPack;
}

export interface RecipePlace {
  /** Bytes of the whole file. */
  readonly size: number;
  /** Digest of the recipe, 32 bytes. */
  readonly recipe: Buffer;
}

export interface IndexRow {
  /** 32 bytes. */
  readonly digest: Uint8Array;
  readonly pack: Digest;
  readonly at: number;
  readonly stored: number;
  readonly raw: number;
  readonly encoding: number;
}

export interface IndexRecipe extends RecipePlace {
  readonly digest: Uint8Array;
}

/** Some rows, of 48 bytes each, in any order. The numbers of packs in them are those of `packs`. */
export interface IndexPart {
  readonly packs: readonly IndexedPack[];
  readonly rows: Buffer;
}

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

/** What is wrong with an index, in words that go on after "the index <key> is damaged: ". */
export class IndexDamage extends Error {}

/** An index searched where it lies. What it says about places was checked against the lengths of packs; the bytes there may be anything. */
export class RemoteIndex {
  readonly packs: readonly IndexedPack[];
  readonly rowCount: number;
  readonly recipeCount: number;
  readonly #bytes: Buffer;
  readonly #rowsAt: number;
  readonly #recipesAt: number;
  /** Where the rows of each first part of a digest begin, and their end. */
  readonly #fanOut: Uint32Array;
  /** Bits of that part; about eight rows have the same. */
  readonly #fanOutBits: number;

  /** Throws IndexDamage, also where a newer mlo wrote it. */
  constructor(bytes: Buffer) {
    if (bytes.length < HEADER_BYTES || !START.equals(bytes.subarray(0, START.length)))
      throw new IndexDamage('it does not start as an index does');
    const packCount = bytes.readUInt32LE(16);
    this.rowCount = bytes.readUInt32LE(20);
    this.recipeCount = bytes.readUInt32LE(24);
    this.#rowsAt = HEADER_BYTES + packCount * PACK_BYTES;
    this.#recipesAt = this.#rowsAt + this.rowCount * ROW_BYTES;
    if (this.#recipesAt + this.recipeCount * RECIPE_BYTES !== bytes.length)
      throw new IndexDamage(`it has ${bytes.length} bytes, which is not what it says`);
    this.#bytes = bytes;
    this.packs = Array.from({ length: packCount }, (_, number) => {
      const at = HEADER_BYTES + number * PACK_BYTES;
      return { id: digestText(bytes.subarray(at, at + 32)), size: Number(bytes.readBigUInt64LE(at + 32)) };
    });
    this.#fanOutBits = Math.max(0, Math.min(24, Math.floor(Math.log2(this.rowCount)) - 3));
    this.#fanOut = new Uint32Array(2 ** this.#fanOutBits + 1).fill(this.rowCount);
    this.#check();
  }

  /** Where the object (32 bytes of digest) lies; undefined where this index does not have it. */
  find(digest: Uint8Array): ObjectPlace | undefined {
    const part = this.#partOf(digest, 0);
    const at = this.#search(digest, this.#rowsAt, this.#fanOut[part] ?? 0, this.#fanOut[part + 1] ?? 0, ROW_BYTES);
    return at < 0 ? undefined : this.#place(at);
  }

  recipeOf(digest: Uint8Array): RecipePlace | undefined {
    const at = this.#search(digest, this.#recipesAt, 0, this.recipeCount, RECIPE_BYTES);
    return at < 0 ? undefined : this.#recipe(at);
  }

  /** All rows of it, where they lie. */
  get part(): IndexPart {
    return { packs: this.packs, rows: this.#bytes.subarray(this.#rowsAt, this.#recipesAt) };
  }

  *rows(): Generator<IndexRow> {
    for (let at = this.#rowsAt; at < this.#recipesAt; at += ROW_BYTES) {
      const { pack, ...place } = this.#place(at);
      yield { digest: this.#bytes.subarray(at, at + 32), pack: pack.id, ...place };
    }
  }

  *recipes(): Generator<IndexRecipe> {
    for (let at = this.#recipesAt; at < this.#bytes.length; at += RECIPE_BYTES)
      yield { digest: this.#bytes.subarray(at, at + 32), ...this.#recipe(at) };
  }

  #place(at: number): ObjectPlace {
    return { pack: this.packs[this.#bytes.readUInt32LE(at + 32)] as IndexedPack, ...locationAt(this.#bytes, at + 36) };
  }

  #recipe(at: number): RecipePlace {
    return { size: Number(this.#bytes.readBigUInt64LE(at + 32)), recipe: this.#bytes.subarray(at + 40, at + 72) };
  }

  #partOf(digest: Uint8Array, at: number): number {
    return (((digest[at] ?? 0) << 16) | ((digest[at + 1] ?? 0) << 8) | (digest[at + 2] ?? 0)) >>> (24 - this.#fanOutBits);
  }

  /** Where the digest stands between two numbers of rows, of which the second is not among them; -1 where it does not. */
  #search(digest: Uint8Array, start: number, from: number, to: number, stride: number): number {
    let low = from;
    let high = to;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = compareDigests(this.#bytes, start + middle * stride, digest, 0);
      if (order === 0) return start + middle * stride;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return -1;
  }

  /** Whoever wrote it may have lied; only the bytes at a place tell whether they are those of the digest. */
  #check(): void {
    let parts = 0;
    for (let row = 0; row < this.rowCount; row += 1) {
      const at = this.#rowsAt + row * ROW_BYTES;
      for (const part = this.#partOf(this.#bytes, at); parts <= part; parts += 1) this.#fanOut[parts] = row;
      const pack = this.packs[this.#bytes.readUInt32LE(at + 32)];
      const location = locationAt(this.#bytes, at + 36);
      if (pack === undefined || location.at + location.stored > pack.size) throw new IndexDamage('a row names no place in its packs');
      if (row > 0 && compareDigests(this.#bytes, at - ROW_BYTES, this.#bytes, at) >= 0) throw new IndexDamage('its rows are not in order');
    }
    for (let recipe = 1; recipe < this.recipeCount; recipe += 1) {
      const at = this.#recipesAt + recipe * RECIPE_BYTES;
      if (compareDigests(this.#bytes, at - RECIPE_BYTES, this.#bytes, at) >= 0) throw new IndexDamage('its recipes are not in order');
    }
  }
}
