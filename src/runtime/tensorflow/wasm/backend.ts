import type { DataType, KernelFunc, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs';

/** What TensorFlow.js 4.22's wasm backend offers to its kernels. */
export interface WasmBackend {
  /** Allocated and not cleared, unless there are values. May move the heap: views made before are then empty. */
  makeOutput(shape: readonly number[], dtype: DataType, memoryOffset?: number, values?: ArrayLike<number>): TensorInfo;
  /** A view of the tensor's values in wasm memory, good until the next allocation. */
  typedArrayFromHeap(tensor: TensorInfo): Float32Array | Int32Array | Uint8Array;
  readSync(dataId: object): ArrayLike<unknown>;
  write(values: unknown, shape: readonly number[], dtype: string): object;
  disposeData(dataId: object, force?: boolean): boolean;
}

/** Of float32 tensors only; good until the next allocation. */
export function floatsOf(backend: WasmBackend, tensor: TensorInfo): Float32Array {
  if (tensor.dtype !== 'float32') throw new Error(`a kernel of floats was given ${tensor.dtype}`);
  return backend.typedArrayFromHeap(tensor) as Float32Array;
}

/** A kernel of ours, with names and types where TensorFlow.js has maps of anything. */
export function kernel<Inputs, Attributes>(work: (inputs: Inputs, attributes: Attributes, backend: WasmBackend) => TensorInfo): KernelFunc {
  return ({ inputs, attrs, backend }) => work(inputs as Inputs & NamedTensorInfoMap, attrs as Attributes, backend as WasmBackend);
}
