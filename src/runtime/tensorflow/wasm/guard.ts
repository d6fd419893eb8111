import type { KernelFunc, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs';

/** Kernels of 4.22.0 that take bytes for bytes where a tensor is bool. The others read and write four bytes for each, past its end. */
const READ_TRUTHS = new Set([
  'All',
  'Any',
  'Cast',
  'Concat',
  'Equal',
  'ExpandDims',
  'GatherV2',
  'Greater',
  'GreaterEqual',
  'Identity',
  'Less',
  'LessEqual',
  'LogicalAnd',
  'LogicalNot',
  'LogicalOr',
  'LogicalXor',
  'NotEqual',
  'OnesLike',
  'Pack',
  'PadV2',
  'Reshape',
  'Slice',
  'Sum',
  'Tile',
  'Transpose',
  'ZerosLike',
]);

/** Kernels that are right for floats only: they take integers for floats, do nothing with them, or make floats of them. */
const FLOATS_ONLY = new Set(['ClipByValue', 'ResizeNearestNeighbor', 'StridedSlice']);

/** Kernels that leave their result as they found the memory where there is nothing to reduce. */
const NOT_EMPTY = new Set(['All', 'Any', 'Max', 'Mean', 'Min', 'Prod', 'Sum']);

/** Hands to `cpu` the inputs that the kernel of 4.22.0 gets wrong; undefined where it gets none wrong. */
export function guarded(name: string, upstream: KernelFunc, cpu: KernelFunc): KernelFunc | undefined {
  const truths = READ_TRUTHS.has(name);
  const floatsOnly = FLOATS_ONLY.has(name);
  const notEmpty = NOT_EMPTY.has(name);
  if (truths && !notEmpty) return undefined;
  const wrong = (input: TensorInfo | undefined): boolean => {
    if (input?.dtype === undefined) return false;
    if (floatsOnly && input.dtype !== 'float32') return true;
    if (!truths && input.dtype === 'bool') return true;
    return notEmpty && input.shape.includes(0);
  };
  // The condition is the one input of `Select` that is meant to be bool.
  const checked = (inputs: NamedTensorInfoMap): readonly (TensorInfo | undefined)[] =>
    name === 'Select' ? [inputs['t'], inputs['e']] : Object.values(inputs);
  return (params) => (checked(params.inputs).some(wrong) ? cpu(params) : upstream(params));
}
