import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import type { TensorFlow } from '../types.ts';
import { floatsOf, kernel } from './backend.ts';
import type { ConvAttributes } from './conv2d-info.ts';
import { zeros } from './zeros.ts';

interface Inputs {
  readonly dy: TensorInfo;
  readonly input: TensorInfo;
}

export interface PoolAttributes extends Omit<ConvAttributes, 'dataFormat'> {
  readonly filterSize: [number, number] | number;
}

/**
 * Gradient of 2-D max pooling, NHWC: each window hands its gradient to its first greatest value, as cpu does; NaN is
 * never the greatest. (4.22.0 starts its search at 0 and so takes the first value of a window without positive ones.)
 */
export function maxPoolGrad(tf: TensorFlow): KernelFunc {
  return kernel<Inputs, PoolAttributes>(({ dy, input }, { filterSize, strides, pad, dimRoundingMode }, backend) => {
    const info = tf.backend_util.computePool2DInfo(
      input.shape as [number, number, number, number],
      filterSize,
      strides,
      1,
      pad,
      dimRoundingMode,
    );
    const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, filterHeight, filterWidth, padInfo } = info;
    const dx = zeros(input.shape, backend);
    const [values, given, result] = [floatsOf(backend, input), floatsOf(backend, dy), floatsOf(backend, dx)];
    let at = 0;
    for (let image = 0; image < batchSize; image += 1) {
      for (let row = 0; row < outHeight; row += 1) {
        const top = Math.max(0, row * info.strideHeight - padInfo.top);
        const bottom = Math.min(inHeight, row * info.strideHeight - padInfo.top + filterHeight);
        for (let column = 0; column < outWidth; column += 1) {
          const left = Math.max(0, column * info.strideWidth - padInfo.left);
          const right = Math.min(inWidth, column * info.strideWidth - padInfo.left + filterWidth);
          for (let channel = 0; channel < inChannels; channel += 1) {
            let greatest = Number.NEGATIVE_INFINITY;
            let place = -1;
            for (let y = top; y < bottom; y += 1) {
              let index = ((image * inHeight + y) * inWidth + left) * inChannels + channel;
              for (let x = left; x < right; x += 1) {
                const value = values[index] as number;
                if (value > greatest) {
                  greatest = value;
                  place = index;
                }
                index += inChannels;
              }
            }
            if (place >= 0) result[place] = (result[place] as number) + (given[at] as number);
            at += 1;
          }
        }
      }
    }
    return dx;
  });
}
