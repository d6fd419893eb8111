import type { DataType, KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import { kernel } from './backend.ts';
import { refuse } from './refused.ts';

/** To bool is `x != 0`, NaN being true; 4.22.0 keeps the lowest byte of the number instead. The rest is `others`. */
export function cast(others: KernelFunc): KernelFunc {
  return kernel<{ readonly x: TensorInfo }, { readonly dtype: DataType }>(({ x }, { dtype }, backend) => {
    if (dtype === 'complex64') refuse('Cast to complex64', 'its memory holds no complex numbers');
    if (dtype !== 'bool' || x.dtype === 'bool') return others({ inputs: { x }, attrs: { dtype }, backend }) as TensorInfo;
    const result = backend.makeOutput(x.shape, 'bool');
    const [from, to] = [backend.typedArrayFromHeap(x), backend.typedArrayFromHeap(result)];
    for (let at = 0; at < to.length; at += 1) to[at] = from[at] === 0 ? 0 : 1;
    return result;
  });
}
