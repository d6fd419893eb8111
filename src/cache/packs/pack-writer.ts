import { EntryCompressor } from './entry-encoding.ts';
import { encodeFooter, ENCODING, FOOTER_BYTES, LONGEST_ENTRY } from './pack-format.ts';
import { packBuffer, PackFile } from './pack-file.ts';
import type { PackName } from './pack-name.ts';
import { RowTable } from './row-table.ts';

/** A pack that grows beyond this is finished, and the next one begun. */
const LARGE_BYTES = 256 * 1024 * 1024;
/** As many rows as can be sorted at once, and no index beyond 44 MiB. */
const MOST_ENTRIES = 1024 * 1024;

export interface PackWriterOptions {
  /** Bytes; for tests. */
  readonly largest?: number;
}

/**
 * Writes packs into a folder, synchronously: the digest must be that of the bytes. Nothing is seen by anybody before
 * `seal`. After an error `abandon` is the only thing left to do. Throws MLO_CACHE_IO.
 */
export class PackWriter {
  readonly #folder: string;
  readonly #largest: number;
  readonly #compressor = new EntryCompressor();
  #buffer: Buffer | undefined;
  #file: PackFile | undefined;
  #rows = new RowTable();
  readonly #sealed: PackName[] = [];

  constructor(folder: string, options: PackWriterOptions = {}) {
    this.#folder = folder;
    this.#largest = options.largest ?? LARGE_BYTES;
  }

  /** Entries of the pack that is being written. */
  get count(): number {
    return this.#rows.count;
  }

  /** Bytes of the pack that is being written, without its index. */
  get bytes(): number {
    return this.#file?.size ?? 0;
  }

  /** All packs that were finished, in order: there are several where the bytes did not fit into one. */
  get sealed(): readonly PackName[] {
    return this.#sealed;
  }

  /** In the pack that is being written. `digest`: 32 bytes. */
  has(digest: Uint8Array): boolean {
    return this.#rows.has(digest);
  }

  /** What is in the pack already is not written again. `extension`: files of one kind share the decision whether to compress. */
  put(digest: Uint8Array, bytes: Uint8Array, kind: 'file' | 'tree', extension = ''): void {
    if (this.#rows.has(digest)) return;
    const compressed = this.#compressor.compress(bytes, kind, extension);
    this.#append(digest, compressed ?? bytes, bytes.length, compressed === undefined ? ENCODING.raw : ENCODING.zstd);
  }

  /** Takes an entry as it lies in another pack. */
  putStored(digest: Uint8Array, stored: Uint8Array, rawLength: number, encoding: number): void {
    if (!this.#rows.has(digest)) this.#append(digest, stored, rawLength, encoding);
  }

  /** Finishes the pack: visible, and safe from kill -9; `syncPack` makes it safe from a power loss. Undefined where nothing was put since. */
  seal(): PackName | undefined {
    const file = this.#file;
    if (file === undefined) return undefined;
    const index = this.#rows.encodeIndex();
    const indexAt = file.size;
    file.append(index);
    file.append(encodeFooter(this.#rows.count, indexAt, index));
    const name = file.finish();
    this.#file = undefined;
    this.#rows = new RowTable();
    this.#sealed.push(name);
    return name;
  }

  /** What was put since the last `seal` is gone. */
  abandon(): void {
    this.#file?.abandon();
    this.#file = undefined;
    this.#rows = new RowTable();
  }

  #append(digest: Uint8Array, stored: Uint8Array, rawLength: number, encoding: number): void {
    if (rawLength > LONGEST_ENTRY) throw new Error(`An entry of ${rawLength} bytes does not fit into a pack`);
    const isFull = this.bytes + stored.length + FOOTER_BYTES > this.#largest || this.#rows.count >= MOST_ENTRIES;
    if (isFull && this.#rows.count > 0) this.seal();
    this.#file ??= new PackFile(this.#folder, (this.#buffer ??= packBuffer()));
    const at = this.#file.size;
    this.#file.append(stored);
    this.#rows.add(digest, at, stored.length, (rawLength | (encoding << 30)) >>> 0);
  }
}
