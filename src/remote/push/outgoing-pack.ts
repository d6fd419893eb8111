import type { EntryCompressor } from '../../cache/packs/entry-encoding.ts';
import { encodeFooter, ENCODING, FAN_OUT_BYTES, PACK_START, ROW_BYTES } from '../../cache/packs/pack-format.ts';
import { RowTable } from '../../cache/packs/row-table.ts';
import type { Digest } from '../../core/content.ts';
import { hashBytes } from '../../fs/hash.ts';

/** Entries of a pack end here, bytes: with its index it then goes in one request. */
const PACK_BYTES = 30 * 1024 * 1024;
/** Room for the rows of entries of 1 KiB, on average. */
const BUFFER_BYTES = 32 * 1024 * 1024;
const MOST_ROWS = Math.floor((BUFFER_BYTES - PACK_BYTES - 4096) / ROW_BYTES);

/** At most so many packs hold entries of so many bytes together, but for what is left free at the end of each. */
export function packsFor(bytes: number, entries: number): number {
  return Math.max(Math.ceil(bytes / PACK_BYTES), Math.ceil(entries / MOST_ROWS));
}

export interface FinishedPack {
  readonly id: Digest;
  readonly bytes: Buffer;
  /** As they lie in it. */
  readonly rows: Buffer;
}

/** A pack that is made in memory. */
export class OutgoingPack {
  readonly #compressor: EntryCompressor;
  readonly #table = new RowTable();
  #buffer: Buffer;
  #used: number;

  constructor(buffer: Buffer, compressor: EntryCompressor) {
    this.#buffer = buffer;
    this.#compressor = compressor;
    this.#used = PACK_START.copy(buffer);
  }

  get isEmpty(): boolean {
    return this.#table.count === 0;
  }

  /** No room for another entry of that length, at worst. */
  isFullFor(length: number): boolean {
    return !this.isEmpty && (this.#used + length > PACK_BYTES || this.#table.count >= MOST_ROWS);
  }

  /** `sample`: entries of one sample share the decision whether to compress. */
  put(digest: Uint8Array, bytes: Uint8Array, kind: 'file' | 'tree', sample: string): void {
    const compressed = this.#compressor.compress(bytes, kind, sample);
    const stored = compressed ?? bytes;
    const encoding = compressed === undefined ? ENCODING.raw : ENCODING.zstd;
    this.#makeRoom(stored.length);
    this.#buffer.set(stored, this.#used);
    this.#table.add(digest, this.#used, stored.length, (bytes.length | (encoding << 30)) >>> 0);
    this.#used += stored.length;
  }

  finish(): FinishedPack {
    const index = this.#table.encodeIndex();
    const footer = encodeFooter(this.#table.count, this.#used, index);
    this.#makeRoom(index.length + footer.length);
    this.#buffer.set(index, this.#used);
    this.#buffer.set(footer, this.#used + index.length);
    const bytes = this.#buffer.subarray(0, this.#used + index.length + footer.length);
    return { id: hashBytes(bytes), bytes, rows: index.subarray(FAN_OUT_BYTES) };
  }

  /** One entry may be longer than a pack usually is. */
  #makeRoom(length: number): void {
    if (this.#used + length <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(this.#used + length + 64 * 1024);
    this.#buffer.copy(larger, 0, 0, this.#used);
    this.#buffer = larger;
  }
}

/** Buffers for packs, used again. */
export class PackBuffers {
  readonly #free: Buffer[] = [];

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES);
  }

  /** After the pack was sent. One that had to grow is let go. */
  give(bytes: Buffer): void {
    if (bytes.buffer.byteLength === BUFFER_BYTES) this.#free.push(Buffer.from(bytes.buffer, 0, BUFFER_BYTES));
  }
}
