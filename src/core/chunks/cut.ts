import { GEAR } from './gear.ts';

/** Bytes. */
export const SMALLEST_CHUNK = 16 * 1024;
export const AVERAGE_CHUNK = 64 * 1024;
export const LARGEST_CHUNK = 256 * 1024;

/** Highest bits of the hash that must be zero for a cut: 18 before the average is reached, 14 from there on (16 would be the average). */
const MASK_BEFORE = 0xffffc000 | 0;
const MASK_AFTER = 0xfffc0000 | 0;

/**
 * Where the chunk ends that begins at `from`, in bytes of which `to` is the end (of the file, or at least `LARGEST_CHUNK` further on):
 * FastCDC (Xia et al., USENIX ATC 2016) with normalized chunking of level 2 and a hash of 32 bits, `hash = hash * 2 + GEAR[byte]`,
 * begun at 0 behind the first `SMALLEST_CHUNK` bytes. The chunk ends behind the byte after which the bits are zero.
 */
export function chunkEnd(bytes: Uint8Array, from: number, to: number): number {
  const gear = GEAR;
  const smallest = from + SMALLEST_CHUNK;
  if (smallest >= to) return to;
  const end = Math.min(to, from + LARGEST_CHUNK);
  const average = Math.min(end, from + AVERAGE_CHUNK);
  let hash = 0;
  let at = smallest;
  while (at < average) {
    hash = ((hash << 1) + (gear[bytes[at] as number] as number)) | 0;
    at += 1;
    if ((hash & MASK_BEFORE) === 0) return at;
  }
  while (at < end) {
    hash = ((hash << 1) + (gear[bytes[at] as number] as number)) | 0;
    at += 1;
    if ((hash & MASK_AFTER) === 0) return at;
  }
  return end;
}
