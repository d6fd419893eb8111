import { MloError } from '../../../core/errors/mlo-error.ts';

interface Heap {
  /** The address as a signed number, 0 where there is no room. A length counts modulo 2^32. */
  _malloc(bytes: number): number;
  _free(address: number): void;
}

const ADDRESSES = 2 ** 32;

const guarded = new WeakSet<object>();

/**
 * TensorFlow.js 4.22 does not look whether it was given memory: where all 4 GB are taken, tensors lie at the address 0, one above the other and
 * above what the kernels keep there, and everything after that is wrong. From here on that is an error.
 */
export function guardMemory(backend: unknown): void {
  const heap = (backend as { readonly wasm: Heap }).wasm;
  if (guarded.has(heap)) return;
  guarded.add(heap);
  // Emscripten puts the function itself in place of a stub at its first call.
  heap._free(heap._malloc(8));
  const allocate = heap._malloc.bind(heap);
  heap._malloc = (bytes) => {
    const address = bytes < ADDRESSES ? allocate(bytes) : 0;
    if (address === 0 && bytes > 0) throw memoryIsFull(bytes);
    return address;
  };
}

function memoryIsFull(bytes: number): MloError {
  const size = `${(bytes / 1e6).toLocaleString('en', { maximumFractionDigits: 1 })} MB`;
  return new MloError('MLO_BACKEND', `The backend wasm ran out of memory: of its 4 GB there are no ${size} left for a tensor.`, {
    hint: 'smaller batches, tf.tidy around the work of a step, or backend: native',
    details: { bytes, backend: 'wasm' },
  });
}
