import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import type { TensorFlow } from '../types.ts';
import { floatsOf, kernel } from './backend.ts';
import { outputRows } from './conv2d-backprop-filter.ts';
import { conv2DInfo, type ConvAttributes } from './conv2d-info.ts';
import { transposed, type MatrixProduct } from './matrix-product.ts';
import { addPatchRows, patchSize } from './patches.ts';
import { rowChunks } from './row-chunks.ts';
import { zeros } from './zeros.ts';

interface Inputs {
  readonly dy: TensorInfo;
  readonly filter: TensorInfo;
}

interface Attributes extends ConvAttributes {
  readonly inputShape: [number, number, number, number];
}

/**
 * Gradient of a 2-D convolution for its input, and the transposed convolution: `dy` as rows of channels times the
 * transposed filter gives a patch for each place of the output, `P[m][p] = Σ_o dy[m][o] · F[p, o]`, and the patches
 * are added up where they lie. The kernel of 4.22.0 is right but counts one product at a time.
 */
export function conv2DBackpropInput(tf: TensorFlow, product: MatrixProduct): KernelFunc {
  return kernel<Inputs, Attributes>(({ dy, filter }, attributes, backend) => {
    const info = conv2DInfo(tf, attributes.inputShape, filter.shape as [number, number, number, number], attributes, 'Conv2DBackpropInput');
    const weights = transposed(filter, patchSize(info), info.outChannels, backend);
    const dx = zeros(info.inShape, backend);
    for (const chunk of rowChunks(info)) {
      const rows = outputRows(dy, info, chunk, backend);
      const patches = product(rows, weights, backend);
      addPatchRows(floatsOf(backend, patches), info, chunk.first, chunk.rows, floatsOf(backend, dx));
      backend.disposeData(patches.dataId);
      if (rows.dataId !== dy.dataId) backend.disposeData(rows.dataId);
    }
    backend.disposeData(weights.dataId);
    return dx;
  });
}
