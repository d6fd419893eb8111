import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import { floatsOf, type WasmBackend } from './backend.ts';

/** Of two float32 matrices, the second one not transposed; a new tensor. */
export type MatrixProduct = (a: TensorInfo, b: TensorInfo, backend: WasmBackend) => TensorInfo;

/** Further inputs and attributes of a fused product. */
export interface FusedWork {
  readonly inputs?: { readonly [name: string]: TensorInfo };
  readonly attributes?: { readonly [name: string]: unknown };
}

/** By how many rows a tensor was first the right side of a product. */
const rowsOf = new WeakMap<object, number>();

/**
 * One matrix by another, in XNNPACK. 4.22.0 keeps what XNNPACK made of `b` under the number of its data, whatever shape it has by
 * then: reshaped and used again, it would be multiplied in its old shape, with results beyond the end of theirs. So `b` is copied then.
 */
export function matrixProduct(run: KernelFunc, { inputs = {}, attributes = {} }: FusedWork = {}): MatrixProduct {
  return (a, b, backend) => {
    const rows = b.shape.at(-2) as number;
    const known = rowsOf.get(b.dataId);
    if (known === undefined) rowsOf.set(b.dataId, rows);
    const right = known === undefined || known === rows ? b : copyOf(b, backend);
    // The fused kernel takes nothing but three axes.
    const result = run({
      inputs: { ...inputs, a: shaped(a, [1, ...a.shape]), b: shaped(right, [1, ...b.shape]) },
      attrs: { ...(attributes as { readonly [name: string]: string }), transposeA: false, transposeB: false },
      backend,
    }) as TensorInfo;
    if (right !== b) backend.disposeData(right.dataId);
    return shaped(result, result.shape.slice(1));
  };
}

function copyOf(tensor: TensorInfo, backend: WasmBackend): TensorInfo {
  const copy = backend.makeOutput(tensor.shape, 'float32');
  floatsOf(backend, copy).set(floatsOf(backend, tensor));
  return copy;
}

/** The same values in another shape, without a copy and without a reference of its own. */
export function shaped(tensor: TensorInfo, shape: number[]): TensorInfo {
  return { dataId: tensor.dataId, dtype: tensor.dtype, shape };
}

/** A new tensor [columns, rows] of the matrix [rows, columns] that begins at `from` of a tensor. */
export function transposed(tensor: TensorInfo, rows: number, columns: number, backend: WasmBackend, from = 0): TensorInfo {
  const result = backend.makeOutput([columns, rows], 'float32');
  const values = floatsOf(backend, tensor);
  const to = floatsOf(backend, result);
  for (let row = 0; row < rows; row += 1) {
    const begin = from + row * columns;
    for (let column = 0; column < columns; column += 1) to[column * rows + row] = values[begin + column] as number;
  }
  return result;
}
