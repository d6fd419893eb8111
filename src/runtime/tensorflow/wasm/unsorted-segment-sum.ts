import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import { kernel } from './backend.ts';

interface Inputs {
  readonly x: TensorInfo;
  readonly segmentIds: TensorInfo;
}

/**
 * Adds up the slices `x[i]` of each segment, `out[segmentIds[i]] += x[i]`; slices whose segment is negative or too large are
 * dropped, as TensorFlow does with negative ones and cpu with both. It is the gradient of `gather`, and so of embeddings.
 */
export function unsortedSegmentSum(): KernelFunc {
  return kernel<Inputs, { readonly numSegments: number }>(({ x, segmentIds }, { numSegments }, backend) => {
    if (segmentIds.shape.length !== 1) throw new Error(`segment ids of rank ${segmentIds.shape.length}: a list is needed`);
    const result = backend.makeOutput([numSegments, ...x.shape.slice(1)], x.dtype);
    const [from, ids, to] = [backend.typedArrayFromHeap(x), backend.typedArrayFromHeap(segmentIds), backend.typedArrayFromHeap(result)];
    to.fill(0);
    const size = x.shape.slice(1).reduce((product, length) => product * length, 1);
    for (let slice = 0; slice < ids.length; slice += 1) {
      const segment = ids[slice] as number;
      if (!(segment >= 0 && segment < numSegments)) continue;
      for (let at = 0; at < size; at += 1) {
        to[segment * size + at] = (to[segment * size + at] as number) + (from[slice * size + at] as number);
      }
    }
    return result;
  });
}
