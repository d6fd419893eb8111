import type { TensorInfo } from '@tensorflow/tfjs';
import { floatsOf, type WasmBackend } from './backend.ts';

/** A new float32 tensor; the backend's own memory comes uncleared. */
export function zeros(shape: readonly number[], backend: WasmBackend): TensorInfo {
  const result = backend.makeOutput(shape, 'float32');
  floatsOf(backend, result).fill(0);
  return result;
}
