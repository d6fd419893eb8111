import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import type { TensorFlow } from '../types.ts';
import { floatsOf, kernel } from './backend.ts';
import type { PoolAttributes } from './max-pool-grad.ts';
import { zeros } from './zeros.ts';

/**
 * Gradient of 2-D average pooling, NHWC: each window's gradient in equal parts to what of it lies in the image, which is what its mean
 * was taken of. (4.22.0 divides by the whole window, on cpu too, and so is wrong at the edges of padded images.)
 */
export function avgPoolGrad(tf: TensorFlow): KernelFunc {
  return kernel<{ readonly dy: TensorInfo; readonly input: TensorInfo }, PoolAttributes>(({ dy, input }, attributes, backend) => {
    const { filterSize, strides, pad, dimRoundingMode } = attributes;
    const shape = input.shape as [number, number, number, number];
    const info = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
    const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, padInfo } = info;
    const dx = zeros(shape, backend);
    const [given, result] = [floatsOf(backend, dy), floatsOf(backend, dx)];
    for (let line = 0; line < batchSize * outHeight; line += 1) {
      const image = Math.floor(line / outHeight);
      const corner = (line % outHeight) * info.strideHeight - padInfo.top;
      const [top, bottom] = [Math.max(0, corner), Math.min(inHeight, corner + info.filterHeight)];
      for (let column = 0; column < outWidth; column += 1) {
        const side = column * info.strideWidth - padInfo.left;
        const [left, right] = [Math.max(0, side), Math.min(inWidth, side + info.filterWidth)];
        const part = 1 / ((bottom - top) * (right - left));
        const at = (line * outWidth + column) * inChannels;
        for (let y = top; y < bottom; y += 1) {
          for (let x = left; x < right; x += 1) {
            const to = ((image * inHeight + y) * inWidth + x) * inChannels;
            for (let channel = 0; channel < inChannels; channel += 1) {
              result[to + channel] = (result[to + channel] as number) + (given[at + channel] as number) * part;
            }
          }
        }
      }
    }
    return dx;
  });
}
