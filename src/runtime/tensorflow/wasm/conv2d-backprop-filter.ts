import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import type { TensorFlow } from '../types.ts';
import { floatsOf, kernel, type WasmBackend } from './backend.ts';
import { conv2DInfo, type ConvAttributes } from './conv2d-info.ts';
import { shaped, type MatrixProduct } from './matrix-product.ts';
import { patchSize, writePatchColumns, type Conv2DInfo } from './patches.ts';
import { rowChunks, type RowChunk } from './row-chunks.ts';
import { zeros } from './zeros.ts';

interface Inputs {
  readonly x: TensorInfo;
  readonly dy: TensorInfo;
}

interface Attributes extends ConvAttributes {
  readonly filterShape: [number, number, number, number];
}

/**
 * Gradient of a 2-D convolution for its filter [height, width, in, out]: patches of `x`, as columns, times `dy` as
 * rows of channels, `dF[p, o] = Σ_m x[patch m][p] · dy[m][o]`. NHWC, no dilation (core refuses such gradients everywhere).
 */
export function conv2DBackpropFilter(tf: TensorFlow, product: MatrixProduct): KernelFunc {
  return kernel<Inputs, Attributes>(({ x, dy }, attributes, backend) => {
    const info = conv2DInfo(tf, x.shape, attributes.filterShape, attributes, 'Conv2DBackpropFilter');
    const chunks = [...rowChunks(info)];
    const parts = chunks.map((chunk) => {
      const columns = backend.makeOutput([patchSize(info), chunk.rows * info.outWidth], 'float32');
      writePatchColumns(floatsOf(backend, x), info, chunk.first, chunk.rows, floatsOf(backend, columns));
      const rows = outputRows(dy, info, chunk, backend);
      const part = product(columns, rows, backend);
      backend.disposeData(columns.dataId);
      if (rows.dataId !== dy.dataId) backend.disposeData(rows.dataId);
      return part;
    });
    return addAll(parts, attributes.filterShape, backend);
  });
}

/** [rows * outWidth, outChannels] of an output or its gradient; a copy, unless all rows are asked for. */
export function outputRows(dy: TensorInfo, info: Conv2DInfo, { first, rows }: RowChunk, backend: WasmBackend): TensorInfo {
  const shape = [rows * info.outWidth, info.outChannels];
  if (rows === info.batchSize * info.outHeight) return shaped(dy, shape);
  const line = info.outWidth * info.outChannels;
  const copy = backend.makeOutput(shape, 'float32');
  floatsOf(backend, copy).set(floatsOf(backend, dy).subarray(first * line, (first + rows) * line));
  return copy;
}

/** Sum of equally large tensors, in the first one; the others are disposed. */
function addAll(parts: readonly TensorInfo[], shape: readonly number[], backend: WasmBackend): TensorInfo {
  const [sum, ...others] = parts;
  if (sum === undefined) return zeros(shape, backend);
  const total = floatsOf(backend, sum);
  for (const other of others) {
    const values = floatsOf(backend, other);
    for (let at = 0; at < total.length; at += 1) total[at] = (total[at] as number) + (values[at] as number);
    backend.disposeData(other.dataId);
  }
  return shaped(sum, [...shape]);
}
