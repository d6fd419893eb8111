import { locationAt } from '../../cache/packs/pack-index.ts';
import { compareDigests } from '../../cache/packs/sort-digests.ts';
import { digestText } from '../../fs/hash.ts';
import {
  HEADER_BYTES,
  PACK_BYTES,
  RECIPE_BYTES,
  ROW_BYTES,
  START,
  VERSION,
  type IndexedPack,
  type IndexPart,
  type IndexRecipe,
  type IndexRow,
  type ObjectPlace,
  type RecipePlace,
} from './index-format.ts';

/** What is wrong with an index, in words that go on after "the index <key> is damaged: ". */
export class IndexDamage extends Error {}

/** Where its bytes are what its name promises, a newer mlo wrote it. */
export class NewerIndex extends IndexDamage {}

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

  /** Throws IndexDamage, NewerIndex. */
  constructor(bytes: Buffer) {
    checkStart(bytes);
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

function checkStart(bytes: Buffer): void {
  const start = bytes.subarray(0, START.length);
  if (bytes.length >= HEADER_BYTES && START.equals(start)) return;
  const version = Number(/^mlo-index ([1-9][0-9]*)\n/.exec(start.toString('latin1'))?.[1] ?? 0);
  if (version > VERSION) throw new NewerIndex(`it has version ${version} of the format; this mlo knows version ${VERSION}`);
  throw new IndexDamage('it does not start as an index does');
}
