import { LARGEST_CHUNK } from '../../core/chunks/cut.ts';

/**
 * A recipe says which chunks, one after the other, are a large file. Numbers are little-endian: 16 bytes that name format and
 * version, 8 length of the file, then 36 bytes a chunk: 32 its digest, 4 its length.
 */
const START = Buffer.from('mlo-recipe 1\n\0\0\0', 'latin1');
const HEADER_BYTES = 24;
const CHUNK_BYTES = 36;

/** Grows chunk by chunk. */
export class RecipeWriter {
  #bytes = Buffer.alloc(HEADER_BYTES + 64 * CHUNK_BYTES);
  #used = HEADER_BYTES;
  #size = 0;

  add(digest: Uint8Array, length: number): void {
    if (this.#used + CHUNK_BYTES > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(this.#bytes.length)]);
    this.#bytes.set(digest, this.#used);
    this.#bytes.writeUInt32LE(length, this.#used + 32);
    this.#used += CHUNK_BYTES;
    this.#size += length;
  }

  finish(): Buffer {
    START.copy(this.#bytes);
    this.#bytes.writeBigUInt64LE(BigInt(this.#size), 16);
    return this.#bytes.subarray(0, this.#used);
  }
}

export interface RecipeChunk {
  readonly digest: Buffer;
  readonly length: number;
  /** Where in the file. */
  readonly at: number;
}

/** Most bytes that the recipe of a file of that size may have: a chunk has at least one byte, and a cut makes none below 1 KiB but the last. */
export function largestRecipe(size: number): number {
  return HEADER_BYTES + CHUNK_BYTES * (Math.ceil(size / 1024) + 1);
}

/** The chunks of a file of `size` bytes; undefined where these bytes are no recipe of one. */
export function decodeRecipe(bytes: Buffer, size: number): readonly RecipeChunk[] | undefined {
  if (bytes.length < HEADER_BYTES || (bytes.length - HEADER_BYTES) % CHUNK_BYTES !== 0) return undefined;
  if (!START.equals(bytes.subarray(0, START.length)) || bytes.readBigUInt64LE(16) !== BigInt(size)) return undefined;
  const chunks: RecipeChunk[] = [];
  let at = 0;
  for (let offset = HEADER_BYTES; offset < bytes.length; offset += CHUNK_BYTES) {
    const length = bytes.readUInt32LE(offset + 32);
    if (length === 0 || length > LARGEST_CHUNK) return undefined;
    chunks.push({ digest: bytes.subarray(offset, offset + 32), length, at });
    at += length;
  }
  return at === size ? chunks : undefined;
}
