import { statSync } from 'node:fs';
import type { Digest } from '../../core/content.ts';
import type { LooseObjects } from '../objects/loose-objects.ts';
import { ROW_BYTES } from '../packs/pack-format.ts';
import type { PackName } from '../packs/pack-name.ts';
import type { PackReader } from '../packs/pack-reader.ts';
import type { Packs } from '../packs/packs.ts';
import { DigestTable } from './digest-table.ts';
import { journalObjects, type OpenSegment } from './journal-segments.ts';
import { looseDigests } from './loose-digests.ts';

/** A pack, and for each row of its index the number of the object in the table. */
export interface PackRows {
  readonly name: PackName;
  readonly reader: PackReader;
  readonly numbers: Uint32Array;
  /** When it was written, Unix milliseconds. */
  readonly writtenMs: number;
}

export interface Sources {
  readonly packs: Packs;
  /** Newest first. */
  readonly segments: readonly OpenSegment[];
  readonly loose: LooseObjects;
  /** Called now and then with the number of copies looked at so far. */
  readonly onObjects?: ((count: number) => void) | undefined;
}

/** In place of a number: that copy is known to be broken. */
export const NOT_HERE = 0xffff_ffff;

/** Objects between two calls of `onObjects`. */
const TELL_EVERY = 4096;

/** Every object of a cache with one number, whatever the number of its copies, and where they are. */
export class Inventory {
  readonly table: DigestTable;
  readonly packs: readonly PackRows[];
  /** Numbers of the objects of the journal, newest segment first. */
  readonly journal: Uint32Array;
  readonly loose: Uint32Array;
  readonly #looseObjects: LooseObjects;
  readonly #onObjects: (count: number) => void;
  #looked = 0;
  /** Bytes by number; -1 where only a loose file is there, which is not looked at before it matters. */
  readonly #sizes: number[] = [];
  /** When the youngest copy came, or got another name, by number, Unix milliseconds; of loose files as with sizes. */
  readonly #cameMs: number[] = [];

  constructor({ packs, segments, loose, onObjects = () => {} }: Sources) {
    this.#looseObjects = loose;
    this.#onObjects = onObjects;
    const opened = [...packs.packs()];
    this.table = new DigestTable(opened.reduce((sum, { reader }) => sum + reader.count, 0));
    this.packs = opened.map(({ name, reader, broken }) => {
      const writtenMs = statSync(reader.path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
      return { name, reader, writtenMs, numbers: this.#addPack(reader, broken, writtenMs) };
    });
    this.journal = Uint32Array.from(journalObjects(segments), ({ digest, size, changedMs }) =>
      this.#add(Buffer.from(digest, 'hex'), 0, size, changedMs),
    );
    this.loose = Uint32Array.from(looseDigests(loose.folder), (digest) => this.#add(Buffer.from(digest, 'hex'), 0, -1, -1));
  }

  get count(): number {
    return this.table.count;
  }

  hexOf(number: number): Digest {
    return this.table.digest(number).toString('hex') as Digest;
  }

  /** Bytes of the object. */
  sizeOf(number: number): number {
    if ((this.#sizes[number] ?? -1) < 0) this.#lookAtFile(number);
    return this.#sizes[number] ?? 0;
  }

  /** The same, or -1 where only a look at its file would tell. */
  knownSizeOf(number: number): number {
    return this.#sizes[number] ?? -1;
  }

  /** When the object, or the youngest copy of it, was written or last linked; Unix milliseconds. */
  cameMs(number: number): number {
    if ((this.#cameMs[number] ?? -1) < 0) this.#lookAtFile(number);
    return this.#cameMs[number] ?? 0;
  }

  #lookAtFile(number: number): void {
    const stat = statSync(this.#looseObjects.pathOf(this.hexOf(number)), { throwIfNoEntry: false });
    if ((this.#sizes[number] ?? -1) < 0) this.#sizes[number] = stat?.size ?? 0;
    // A file of the workspace that became the object by a second name has an mtime of its own; the new name sets ctime.
    this.#cameMs[number] = Math.max(this.#cameMs[number] ?? -1, stat?.mtimeMs ?? 0, stat?.ctimeMs ?? 0);
  }

  #addPack(reader: PackReader, broken: ReadonlySet<Digest>, writtenMs: number): Uint32Array {
    const { index } = reader;
    const numbers = new Uint32Array(index.count);
    for (let row = 0; row < index.count; row += 1) {
      const isBroken = broken.size > 0 && broken.has(index.digest(row).toString('hex') as Digest);
      numbers[row] = isBroken ? NOT_HERE : this.#add(index.rows, row * ROW_BYTES, index.rawLength(row), writtenMs);
    }
    return numbers;
  }

  #add(bytes: Uint8Array, at: number, size: number, cameMs: number): number {
    this.#looked += 1;
    if (this.#looked % TELL_EVERY === 0) this.#onObjects(this.#looked);
    const number = this.table.add(bytes, at);
    if ((this.#sizes[number] ?? -1) < 0) this.#sizes[number] = size;
    if ((this.#cameMs[number] ?? -2) < cameMs) this.#cameMs[number] = cameMs;
    return number;
  }
}
