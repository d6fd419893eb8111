import type { Content, Digest } from '../../core/content.ts';
import { decodeTree, LARGEST_TREE } from '../../core/encoding/tree-format.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { isErrno } from '../../fs/errno.ts';
import type { Packs } from '../packs/packs.ts';
import { DigestTable } from './digest-table.ts';
import type { Inventory } from './inventory.ts';
import { KnownTrees } from './known-trees.ts';
import { beginsAsTree, eachTreeRow, ROW_TYPE } from './tree-rows.ts';

/** Trees read at a time. */
const BATCH = 512;
/** The number of a claim fits into a byte. */
const MOST_CLAIMS = 254;

/** What something needs: content as a pointer or lock names it, or (`kind` unknown) a digest that may be that of a tree. */
export type Root = Pick<Content, 'digest'> & {
  readonly kind?: Content['kind'];
  readonly size?: number;
  /** Not said to be missing where it is. */
  readonly mayBeMissing?: boolean;
};

export interface Places {
  readonly packs: Packs;
  /** Where else trees may be. */
  readonly others: readonly { read(digest: Digest): Buffer | undefined }[];
  /** Names in trees are checked too. */
  readonly strict?: boolean;
  /** Called for each tree with the number of objects found needed so far. */
  readonly onObjects?: ((count: number) => void) | undefined;
}

export interface Claim {
  readonly objects: number;
  readonly bytes: number;
}

/**
 * Marks the objects that roots need, each with the first claim that it falls under. Every tree is read once: one of which
 * all rows were marked has nothing new below it.
 */
export class Reach {
  readonly #inventory: Inventory;
  readonly #places: Places;
  readonly #marks: Uint8Array;
  /** Trees that were read, or are about to be. */
  readonly #walked: Uint8Array;
  /** Objects of which nobody has said what they are. */
  readonly #unknown = new Set<number>();
  readonly #known = new KnownTrees();
  #claims = 0;
  #objects = 0;
  #bytes = 0;
  /** Needed, and nowhere in the cache. */
  readonly missing = new DigestTable();
  /** Trees that are there and cannot be read: what they name is not known. */
  readonly unreadable = new DigestTable();
  /** What their size should be, by number: objects that only have a loose file, which was not looked at. */
  readonly expectedSizes = new Map<number, number>();

  constructor(inventory: Inventory, places: Places) {
    this.#inventory = inventory;
    this.#places = places;
    this.#marks = new Uint8Array(inventory.count);
    this.#walked = new Uint8Array(inventory.count);
  }

  /** The number of the claim that an object falls under, from 1 on; 0 where none. */
  markOf(number: number): number {
    return this.#marks[number] ?? 0;
  }

  /** Marks what the roots need and no claim before did; how much that is. */
  claim(roots: Iterable<Root>): Claim {
    if (this.#claims === MOST_CLAIMS) throw new Error(`More than ${MOST_CLAIMS} claims`);
    this.#claims += 1;
    const before = { objects: this.#objects, bytes: this.#bytes };
    let trees: number[] = [];
    for (const root of roots) {
      const number = this.#markRoot(root);
      if (number !== undefined) trees.push(number);
      if (trees.length >= BATCH) trees = this.#descend(trees);
    }
    while (trees.length > 0) trees = this.#descend(trees);
    return { objects: this.#objects - before.objects, bytes: this.#bytes - before.bytes };
  }

  /** The number of what may be a tree that was not read yet. */
  #markRoot({ digest, kind, size, mayBeMissing }: Root): number | undefined {
    const bytes = Buffer.from(digest, 'hex');
    const number = this.#inventory.table.find(bytes);
    if (number < 0) {
      if (mayBeMissing !== true) this.missing.add(bytes);
      return undefined;
    }
    this.#mark(number, kind === 'tree' ? -1 : (size ?? -1));
    if (kind === 'file' || kind === 'symlink' || (kind === undefined && this.#inventory.sizeOf(number) > LARGEST_TREE)) return undefined;
    if (kind === undefined) this.#unknown.add(number);
    return this.#willWalk(number) ? number : undefined;
  }

  #mark(number: number, size: number): void {
    const known = this.#inventory.knownSizeOf(number);
    if (known < 0 && size >= 0) this.expectedSizes.set(number, size);
    if (this.#marks[number] !== 0) return;
    this.#marks[number] = this.#claims;
    this.#objects += 1;
    this.#bytes += known >= 0 ? known : Math.max(0, size);
  }

  #willWalk(number: number): boolean {
    if (this.#walked[number] !== 0) return false;
    this.#walked[number] = 1;
    return true;
  }

  /** Marks what the trees name; returns the trees among it. */
  #descend(trees: readonly number[]): number[] {
    const { table } = this.#inventory;
    const below: number[] = [];
    const digests = Buffer.concat(trees.map((number) => table.digest(number)));
    const elsewhere: number[] = [];
    this.#places.packs.readMany(digests, (index, bytes) => {
      const number = trees[index] as number;
      if (bytes === undefined) elsewhere.push(number);
      else this.#markRows(number, bytes, below);
    });
    for (const number of elsewhere) {
      const bytes = this.#readElsewhere(number);
      if (bytes === undefined) this.unreadable.add(table.digest(number));
      else this.#markRows(number, bytes, below);
    }
    return below;
  }

  #markRows(tree: number, bytes: Buffer, below: number[]): void {
    const { table } = this.#inventory;
    this.#places.onObjects?.(this.#objects);
    if (this.#unknown.has(tree) && !beginsAsTree(bytes)) return;
    const known = this.#known.swap(bytes);
    const visit = (type: number, digestAt: number, size: number): boolean => {
      const number = table.findHex(bytes, digestAt);
      if (number === -2) return false;
      if (number === -1) this.missing.add(Buffer.from(bytes.toString('latin1', digestAt, digestAt + 64), 'hex'));
      else {
        this.#mark(number, type === ROW_TYPE.tree ? -1 : size);
        if (type === ROW_TYPE.tree && this.#willWalk(number)) below.push(number);
      }
      return true;
    };
    const isWhole = eachTreeRow(bytes, visit, known);
    if (!isWhole) this.#known.forget(bytes);
    if ((!isWhole || (this.#places.strict === true && !isStrictTree(bytes, this.#inventory.hexOf(tree)))) && !this.#unknown.has(tree))
      this.unreadable.add(table.digest(tree));
  }

  #readElsewhere(number: number): Buffer | undefined {
    const digest = this.#inventory.hexOf(number);
    for (const source of this.#places.others) {
      try {
        const bytes = source.read(digest);
        if (bytes !== undefined) return bytes;
      } catch (error) {
        if (!isErrno(error)) throw error;
      }
    }
    return undefined;
  }
}

function isStrictTree(bytes: Buffer, digest: Digest): boolean {
  try {
    return decodeTree(bytes.toString('latin1'), digest).length >= 0;
  } catch (error) {
    if (error instanceof MloError) return false;
    throw error;
  }
}
