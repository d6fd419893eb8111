import { compressed } from '../../cache/packs/entry-encoding.ts';
import type { Digest } from '../../core/content.ts';
import { createHasher, digestBytes, hashBytes } from '../../fs/hash.ts';
import { BATCH_START, BLOCK_RAW, encodeTables, type BatchBlock, type BatchRecord, type Need } from './batch-format.ts';

/** A batch ends when its blocks have so many bytes. */
const FULL_BYTES = 16 * 1024 * 1024;

export interface FinishedBatch {
  readonly id: Digest;
  readonly bytes: Buffer;
  readonly tables: Buffer;
  readonly records: number;
}

/** Puts records into one batch; memory for their compressed bytes. */
export class BatchWriter {
  readonly #records: BatchRecord[] = [];
  readonly #needs = new Map<string, Need>();
  readonly #blocks: BatchBlock[] = [];
  readonly #frames: Uint8Array[] = [];
  readonly #text = Buffer.allocUnsafe(BLOCK_RAW);
  #filled = 0;
  #raw = 0;
  #stored = 0;

  get isFull(): boolean {
    return this.#stored >= FULL_BYTES;
  }

  get isEmpty(): boolean {
    return this.#records.length === 0;
  }

  /** Returns the revision, 32 bytes. */
  add(name: Buffer, pieces: Iterable<Uint8Array>, needs: Iterable<Need>): Buffer {
    const hasher = createHasher();
    const at = this.#raw;
    for (const piece of pieces) {
      hasher.update(piece);
      this.#take(piece);
    }
    const revision = Buffer.from(hasher.digest(), 'hex');
    this.#records.push({ name, revision, at, length: this.#raw - at });
    for (const { digest, kind } of needs) this.#needs.set(`${digest} ${kind}`, { digest, kind });
    return revision;
  }

  finish(): FinishedBatch {
    this.#endBlock();
    const tables = encodeTables({ records: this.#records, needs: [...this.#needs.values()], blocks: this.#blocks });
    const bytes = Buffer.concat([BATCH_START, ...this.#frames, tables]);
    return { id: hashBytes(bytes), bytes, tables, records: this.#records.length };
  }

  #take(piece: Uint8Array): void {
    for (let from = 0; from < piece.length;) {
      const length = Math.min(piece.length - from, BLOCK_RAW - this.#filled);
      this.#text.set(piece.subarray(from, from + length), this.#filled);
      this.#filled += length;
      this.#raw += length;
      from += length;
      if (this.#filled === BLOCK_RAW) this.#endBlock();
    }
  }

  #endBlock(): void {
    if (this.#filled === 0) return;
    const frame = compressed(this.#text.subarray(0, this.#filled));
    this.#blocks.push({ digest: Buffer.from(digestBytes(frame)), stored: frame.length, raw: this.#filled });
    this.#frames.push(frame);
    this.#stored += frame.length;
    this.#filled = 0;
  }
}
