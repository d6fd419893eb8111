import type { DataType, KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import { kernel } from './backend.ts';

interface Attributes {
  readonly depth: number;
  readonly onValue: number;
  readonly offValue: number;
  readonly dtype: DataType;
}

/** Indices outside of 0…depth-1 have no one. 4.22.0 writes integers whatever type the result has, beyond its end where it is bool. */
export function oneHot(): KernelFunc {
  return kernel<{ readonly indices: TensorInfo }, Attributes>(({ indices }, { depth, onValue, offValue, dtype }, backend) => {
    const result = backend.makeOutput([...indices.shape, depth], dtype);
    const [from, to] = [backend.typedArrayFromHeap(indices), backend.typedArrayFromHeap(result)];
    to.fill(offValue);
    for (let at = 0; at < from.length; at += 1) {
      const index = from[at] as number;
      if (index >= 0 && index < depth) to[at * depth + index] = onValue;
    }
    return result;
  });
}
