import type { backend_util } from '@tensorflow/tfjs';

export type Conv2DInfo = backend_util.Conv2DInfo;

/** Elements of one image patch under the filter: filter height x filter width x input channels. */
export function patchSize(info: Conv2DInfo): number {
  return info.filterHeight * info.filterWidth * info.inChannels;
}

/**
 * Patches of an NHWC image batch (im2col), one *column* each: `to` is [patch, rows * outWidth].
 * `rows` rows of the output are taken from `first` on, counted through the whole batch. Outside of the image is 0.
 */
export function writePatchColumns(from: Float32Array, info: Conv2DInfo, first: number, rows: number, to: Float32Array): void {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = info;
  const columns = rows * outWidth;
  const step = strideWidth * inChannels;
  for (let row = 0; row < rows; row += 1) {
    const image = Math.floor((first + row) / outHeight);
    const top = ((first + row) % outHeight) * strideHeight - padInfo.top;
    for (let i = 0; i < filterHeight; i += 1) {
      const y = top + i;
      const inside = y >= 0 && y < inHeight;
      for (let j = 0; j < filterWidth; j += 1) {
        const left = j - padInfo.left;
        const begin = inside ? Math.min(outWidth, Math.max(0, Math.ceil(-left / strideWidth))) : outWidth;
        const end = inside ? Math.max(begin, Math.min(outWidth, Math.ceil((inWidth - left) / strideWidth))) : outWidth;
        for (let channel = 0; channel < inChannels; channel += 1) {
          const at = ((i * filterWidth + j) * inChannels + channel) * columns + row * outWidth;
          let source = ((image * inHeight + y) * inWidth + begin * strideWidth + left) * inChannels + channel;
          for (let x = 0; x < begin; x += 1) to[at + x] = 0;
          for (let x = begin; x < end; x += 1) {
            to[at + x] = from[source] as number;
            source += step;
          }
          for (let x = end; x < outWidth; x += 1) to[at + x] = 0;
        }
      }
    }
  }
}

/**
 * Adds patches, one *row* each ([rows * outWidth, patch]), to where they lie in an NHWC image batch (col2im):
 * the transpose of {@link writePatchColumns}. What lies outside of the image is dropped.
 */
export function addPatchRows(from: Float32Array, info: Conv2DInfo, first: number, rows: number, to: Float32Array): void {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = info;
  const line = filterWidth * inChannels;
  for (let row = 0; row < rows; row += 1) {
    const image = Math.floor((first + row) / outHeight);
    const top = ((first + row) % outHeight) * strideHeight - padInfo.top;
    for (let x = 0; x < outWidth; x += 1) {
      const left = x * strideWidth - padInfo.left;
      // Neighbouring taps of a line lie side by side in the patch and in the image.
      const begin = Math.max(0, -left) * inChannels;
      const end = Math.min(filterWidth, inWidth - left) * inChannels;
      for (let i = Math.max(0, -top); i < filterHeight && top + i < inHeight; i += 1) {
        const source = ((row * outWidth + x) * filterHeight + i) * line;
        const target = ((image * inHeight + top + i) * inWidth + left) * inChannels;
        for (let at = begin; at < end; at += 1) {
          to[target + at] = (to[target + at] as number) + (from[source + at] as number);
        }
      }
    }
  }
}
