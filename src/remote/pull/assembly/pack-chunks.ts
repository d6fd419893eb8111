import type { ArrivedEntry } from '../fetch-entries.ts';
import type { ArrivedChunks } from './messages.ts';

interface Packed {
  readonly memory: SharedArrayBuffer;
  readonly chunks: ArrivedChunks;
}

/** As the thread takes them. `bytes`: from shared memory, else they are copied; `targets`: of each entry. */
export function packChunks(
  bytes: Buffer,
  entries: readonly ArrivedEntry[],
  targets: readonly (readonly { readonly file: number; readonly number: number }[])[],
): Packed {
  const { memory, from } = shared(bytes);
  const digests = new Uint8Array(32 * entries.length);
  const places = new Uint32Array(4 * entries.length);
  for (const [number, { request, place, at }] of entries.entries()) {
    digests.set(request.digest, 32 * number);
    // Where less came than was asked for, what is missing is not what lay in the memory before.
    const stored = Math.max(0, Math.min(place.stored, bytes.length - at));
    places.set([from + at, stored, place.raw, place.encoding], 4 * number);
  }
  const flat = targets.flatMap((each, number) => each.flatMap((target) => [number, target.file, target.number]));
  return { memory, chunks: { digests, places, targets: Uint32Array.from(flat) } };
}

function shared(bytes: Buffer): { readonly memory: SharedArrayBuffer; readonly from: number } {
  const { buffer, byteOffset } = bytes as { readonly buffer: ArrayBuffer | SharedArrayBuffer; readonly byteOffset: number };
  if (buffer instanceof SharedArrayBuffer) return { memory: buffer, from: byteOffset };
  const memory = new SharedArrayBuffer(bytes.length);
  Buffer.from(memory).set(bytes);
  return { memory, from: 0 };
}
