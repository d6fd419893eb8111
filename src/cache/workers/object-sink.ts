import { extname, join } from 'node:path';
import type { BytePath } from '../../fs/byte-path.ts';
import type { KnownTree } from '../../fs/stat-index/folder-record.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { PackWriter } from '../packs/pack-writer.ts';
import type { ByteSink } from '../scan/read-small-file.ts';
import { digestText } from '../../fs/hash.ts';

/** Where a thread puts what it stores: packs of its own, and files of their own for larger objects. */
export class ObjectSink implements ByteSink {
  readonly #store: ObjectStore;
  readonly #packs: PackWriter;
  readonly #packsFolder: string;
  /** Packs that `seal` has returned. */
  #told = 0;
  /** So many objects go where single objects go: a pack for a handful would be one more file to open for ever. */
  readonly #singlePerSeal: number;
  #single: number;

  constructor(store: ObjectStore, packsFolder: string, single: number) {
    this.#store = store;
    this.#packsFolder = packsFolder;
    this.#packs = new PackWriter(packsFolder);
    this.#singlePerSeal = single;
    this.#single = single;
  }

  /** `size`: bytes, or -1 where any will do. */
  has(digest: Uint8Array, size: number): boolean {
    return this.#packs.has(digest) || this.#store.hasBytes(digest, size);
  }

  put(digest: Uint8Array, bytes: Uint8Array, name: BytePath): void {
    this.#put(digest, bytes, 'file', extname(name));
  }

  putTree(tree: KnownTree, bytes: Uint8Array): void {
    if (!this.has(tree.digest, bytes.length)) this.#put(tree.digest, bytes, 'tree', '');
  }

  #put(digest: Uint8Array, bytes: Uint8Array, kind: 'file' | 'tree', extension: string): void {
    const isLoose = this.#store.isLoose(bytes.length);
    if (kind === 'file' && isLoose) this.#store.put(digestText(digest), bytes);
    else if (this.#single > 0 && !isLoose) {
      this.#single -= 1;
      this.#store.put(digestText(digest), bytes);
    } else this.#packs.put(digest, bytes, kind, extension);
  }

  /** What was put is visible afterwards, and outlives this process; not yet a power loss. Paths of new packs. */
  seal(): readonly string[] {
    this.#single = this.#singlePerSeal;
    this.#packs.seal();
    const packs = this.#packs.sealed.slice(this.#told).map((name) => join(this.#packsFolder, name));
    this.#told += packs.length;
    return packs;
  }
}
