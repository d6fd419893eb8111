import type { KernelConfig, KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import type { TensorFlow } from '../types.ts';
import { avgPoolGrad } from './avg-pool-grad.ts';
import { batchMatMul, fusedMatMul } from './batch-mat-mul.ts';
import { cast } from './cast.ts';
import { conv2DBackpropFilter } from './conv2d-backprop-filter.ts';
import { conv2DBackpropInput } from './conv2d-backprop-input.ts';
import { depthwiseBackpropFilter, depthwiseBackpropInput } from './depthwise-gradients.ts';
import { matrixProduct } from './matrix-product.ts';
import { guarded } from './guard.ts';
import { maxPoolGrad } from './max-pool-grad.ts';
import { onCpu } from './on-cpu.ts';
import { oneHot } from './one-hot.ts';
import { REFUSED, refuse } from './refused.ts';
import { unsortedSegmentSum } from './unsorted-segment-sum.ts';

/** Rarely used and exact on cpu: kernels that wasm lacks, and `Multinomial`, whose seeds give other numbers on wasm. */
const ON_CPU = ['Einsum', 'Multinomial', 'RaggedGather', 'RaggedRange', 'RaggedTensorToTensor', 'StaticRegexReplace'];

const completed = new WeakSet<object>();

/** Makes the wasm backend compute what cpu computes, or say by name that it does not. The backend's package must be loaded. */
export function completeWasmKernels(tf: TensorFlow): void {
  if (completed.has(tf)) return;
  completed.add(tf);
  const own = new Map(kernels(tf));
  for (const { kernelName: name } of tf.getKernelsForBackend('cpu')) {
    const upstream = tf.getKernel(name, 'wasm') as KernelConfig | undefined | null;
    const work = own.get(name) ?? (upstream ? guarded(name, upstream.kernelFunc, onCpu(tf, name)) : undefined);
    if (work === undefined) continue;
    if (upstream) tf.unregisterKernel(name, 'wasm');
    tf.registerKernel({ ...upstream, kernelName: name, backendName: 'wasm', kernelFunc: work });
  }
}

function kernels(tf: TensorFlow): readonly (readonly [name: string, work: KernelFunc])[] {
  const upstream = (name: string): KernelFunc => tf.getKernel(name, 'wasm').kernelFunc;
  const product = matrixProduct(upstream('BatchMatMul'));
  return [
    ['_FusedMatMul', fusedMatMul(tf, upstream('_FusedMatMul'), onCpu(tf, '_FusedMatMul'))],
    ['BatchMatMul', batchMatMul(tf, upstream('BatchMatMul'), onCpu(tf, 'BatchMatMul'))],
    ['Cast', cast(upstream('Cast'))],
    ['Conv2DBackpropFilter', conv2DBackpropFilter(tf, product)],
    ['Conv2DBackpropInput', conv2DBackpropInput(tf, product)],
    ['DepthwiseConv2dNativeBackpropFilter', depthwiseBackpropFilter(tf)],
    ['DepthwiseConv2dNativeBackpropInput', depthwiseBackpropInput(tf, upstream('DepthwiseConv2dNative'))],
    ['AvgPoolGrad', avgPoolGrad(tf)],
    ['MaxPoolGrad', maxPoolGrad(tf)],
    ['OneHot', oneHot()],
    ['UnsortedSegmentSum', unsortedSegmentSum()],
    ...ON_CPU.map((name) => [name, onCpu(tf, name)] as const),
    ...Object.entries(REFUSED).map(([name, why]) => [name, (): TensorInfo => refuse(name, why)] as const),
  ];
}
