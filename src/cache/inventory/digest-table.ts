const DIGEST_BYTES = 32;
const FIRST_CAPACITY = 1024;

/** The byte that two hexadecimal characters are, by the first times 256 and the second; -1 for all others. */
const PAIRS = new Int16Array(65_536).fill(-1);
for (let byte = 0; byte < 256; byte += 1) {
  const text = byte.toString(16).padStart(2, '0');
  PAIRS[text.charCodeAt(0) * 256 + text.charCodeAt(1)] = byte;
}

/** A set of digests, each with a number in the order in which they came. No string or object a digest. */
export class DigestTable {
  #count = 0;
  #digests: Buffer;
  /** Open addressing by the first four bytes, which are as random as any; number + 1, or 0. At most half full. */
  #slots: Uint32Array;

  /** `expected`: digests that there will be about. */
  constructor(expected = 0) {
    let capacity = FIRST_CAPACITY;
    while (capacity < expected) capacity *= 2;
    this.#digests = Buffer.alloc(capacity * DIGEST_BYTES);
    this.#slots = new Uint32Array(capacity * 2);
  }

  get count(): number {
    return this.#count;
  }

  /** Number of the 32 bytes at `at`; a new one where they were not in yet. */
  add(bytes: Uint8Array, at = 0): number {
    const slot = this.#slotOf(bytes, at);
    const known = this.#slots[slot] ?? 0;
    if (known !== 0) return known - 1;
    const number = this.#count;
    if ((number + 1) * DIGEST_BYTES > this.#digests.length) {
      this.#grow();
      return this.add(bytes, at);
    }
    this.#slots[slot] = number + 1;
    for (let byte = 0; byte < DIGEST_BYTES; byte += 1) this.#digests[number * DIGEST_BYTES + byte] = bytes[at + byte] ?? 0;
    this.#count += 1;
    return number;
  }

  /** Number of the 32 bytes at `at`, or -1. */
  find(bytes: Uint8Array, at = 0): number {
    return (this.#slots[this.#slotOf(bytes, at)] ?? 0) - 1;
  }

  /** Number of the digest written in 64 lower-case hexadecimal characters at `at`; -1 where it is not in, -2 where that is no digest. */
  findHex(text: Uint8Array, at: number): number {
    let first = 0;
    for (let byte = 0; byte < 4; byte += 1) {
      const value = hexByte(text, at + byte * 2);
      if (value < 0) return -2;
      first |= value << (byte * 8);
    }
    const mask = this.#slots.length - 1;
    for (let slot = (first >>> 0) & mask; ; slot = (slot + 1) & mask) {
      const number = (this.#slots[slot] ?? 0) - 1;
      if (number < 0) return isHexDigest(text, at) ? -1 : -2;
      if (this.#isHex(number, text, at)) return number;
    }
  }

  digest(number: number): Buffer {
    return this.#digests.subarray(number * DIGEST_BYTES, (number + 1) * DIGEST_BYTES);
  }

  /** Whether the digest of that number is in the other table. */
  isIn(number: number, other: DigestTable): boolean {
    return other.find(this.#digests, number * DIGEST_BYTES) >= 0;
  }

  #slotOf(bytes: Uint8Array, at: number): number {
    const mask = this.#slots.length - 1;
    let slot =
      (((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) >>> 0) & mask;
    for (;;) {
      const number = (this.#slots[slot] ?? 0) - 1;
      if (number < 0 || this.#is(number, bytes, at)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #is(number: number, bytes: Uint8Array, at: number): boolean {
    const start = number * DIGEST_BYTES;
    for (let byte = 0; byte < DIGEST_BYTES; byte += 1) if (this.#digests[start + byte] !== bytes[at + byte]) return false;
    return true;
  }

  #isHex(number: number, text: Uint8Array, at: number): boolean {
    const digests = this.#digests;
    const start = number * DIGEST_BYTES;
    for (let byte = 0; byte < DIGEST_BYTES; byte += 1) if (digests[start + byte] !== hexByte(text, at + byte * 2)) return false;
    return true;
  }

  #grow(): void {
    const digests = Buffer.alloc(this.#digests.length * 2);
    this.#digests.copy(digests);
    this.#digests = digests;
    this.#slots = new Uint32Array((digests.length / DIGEST_BYTES) * 2);
    for (let number = 0; number < this.#count; number += 1) this.#slots[this.#slotOf(digests, number * DIGEST_BYTES)] = number + 1;
  }
}

function hexByte(text: Uint8Array, at: number): number {
  return PAIRS[((text[at] ?? 0) << 8) | (text[at + 1] ?? 0)] ?? -1;
}

function isHexDigest(text: Uint8Array, at: number): boolean {
  for (let byte = 0; byte < DIGEST_BYTES; byte += 1) if (hexByte(text, at + byte * 2) < 0) return false;
  return true;
}
