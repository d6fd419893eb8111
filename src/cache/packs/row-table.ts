import { DIGEST_BYTES, FAN_OUT_BYTES, ROW_BYTES } from './pack-format.ts';
import { sortedByDigest } from './sort-digests.ts';

const FIRST_CAPACITY = 1024;

/** The rows of a pack that is being written, in the order of its entries, found by digest. No object or string a row. */
export class RowTable {
  #count = 0;
  #digests = new Uint8Array(FIRST_CAPACITY * DIGEST_BYTES);
  /** Position, stored length, raw length and encoding of each row. */
  #numbers = new Uint32Array(FIRST_CAPACITY * 3);
  /** Open addressing by the first four bytes of the digest, which are as random as any; row + 1, or 0. At most half full. */
  #slots = new Uint32Array(FIRST_CAPACITY * 2);

  get count(): number {
    return this.#count;
  }

  has(digest: Uint8Array): boolean {
    return this.#slots[this.#slotOf(digest, 0)] !== 0;
  }

  add(digest: Uint8Array, at: number, stored: number, rawAndEncoding: number): void {
    if ((this.#count + 1) * DIGEST_BYTES > this.#digests.length) this.#grow();
    const row = this.#count;
    this.#slots[this.#slotOf(digest, 0)] = row + 1;
    this.#digests.set(digest, row * DIGEST_BYTES);
    this.#numbers[row * 3] = at;
    this.#numbers[row * 3 + 1] = stored;
    this.#numbers[row * 3 + 2] = rawAndEncoding;
    this.#count += 1;
  }

  /** Fan-out and rows, as they are in the pack. */
  encodeIndex(): Buffer {
    const count = this.#count;
    const bytes = Buffer.alloc(FAN_OUT_BYTES + count * ROW_BYTES);
    const order = sortedByDigest(this.#digests, DIGEST_BYTES, count);
    const fanOut = new Uint32Array(256);
    let at = FAN_OUT_BYTES;
    for (const row of order) {
      const digestAt = row * DIGEST_BYTES;
      bytes.set(this.#digests.subarray(digestAt, digestAt + DIGEST_BYTES), at);
      bytes.writeUInt32LE(this.#numbers[row * 3] ?? 0, at + 32);
      bytes.writeUInt32LE(this.#numbers[row * 3 + 1] ?? 0, at + 36);
      bytes.writeUInt32LE(this.#numbers[row * 3 + 2] ?? 0, at + 40);
      const first = this.#digests[digestAt] ?? 0;
      fanOut[first] = (fanOut[first] ?? 0) + 1;
      at += ROW_BYTES;
    }
    let sum = 0;
    for (let first = 0; first < 256; first += 1) bytes.writeUInt32LE((sum += fanOut[first] ?? 0), first * 4);
    return bytes;
  }

  /** Where the digest is, or where it would go. */
  #slotOf(digest: Uint8Array, at: number): number {
    const mask = this.#slots.length - 1;
    let slot =
      (((digest[at] ?? 0) | ((digest[at + 1] ?? 0) << 8) | ((digest[at + 2] ?? 0) << 16) | ((digest[at + 3] ?? 0) << 24)) >>> 0) & mask;
    for (;;) {
      const row = this.#slots[slot] ?? 0;
      if (row === 0 || this.#isRow(row - 1, digest, at)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #isRow(row: number, digest: Uint8Array, at: number): boolean {
    const rowAt = row * DIGEST_BYTES;
    for (let byte = 0; byte < DIGEST_BYTES; byte += 1) if (this.#digests[rowAt + byte] !== digest[at + byte]) return false;
    return true;
  }

  #grow(): void {
    const capacity = (this.#digests.length / DIGEST_BYTES) * 2;
    const digests = new Uint8Array(capacity * DIGEST_BYTES);
    digests.set(this.#digests);
    const numbers = new Uint32Array(capacity * 3);
    numbers.set(this.#numbers);
    this.#slots = new Uint32Array(capacity * 2);
    this.#digests = digests;
    this.#numbers = numbers;
    for (let row = 0; row < this.#count; row += 1) this.#slots[this.#slotOf(digests, row * DIGEST_BYTES)] = row + 1;
  }
}
