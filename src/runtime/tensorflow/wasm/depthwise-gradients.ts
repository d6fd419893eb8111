import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import type { TensorFlow } from '../types.ts';
import { floatsOf, kernel, type WasmBackend } from './backend.ts';
import type { ConvAttributes } from './conv2d-info.ts';
import type { Conv2DInfo } from './patches.ts';
import { zeros } from './zeros.ts';

type Shape = [number, number, number, number];

interface Attributes extends Omit<ConvAttributes, 'dataFormat'> {
  readonly dilations: [number, number] | number;
}

/** Gradient of a depthwise convolution for its filter [height, width, in, multiplier]: `dF[i, j, c, m] = Σ x[under tap i, j][c] · dy[c, m]`. NHWC. */
export function depthwiseBackpropFilter(tf: TensorFlow): KernelFunc {
  return kernel<{ readonly x: TensorInfo; readonly dy: TensorInfo }, Attributes & { readonly filterShape: Shape }>(
    ({ x, dy }, attributes, backend) => {
      const info = depthwiseInfo(tf, x.shape, attributes.filterShape, attributes);
      const result = backend.makeOutput(attributes.filterShape, 'float32');
      const [values, given] = [floatsOf(backend, x), floatsOf(backend, dy)];
      // As many terms as the batch has places: summed as doubles, as cpu does.
      const sums = new Float64Array(floatsOf(backend, result).length);
      for (const line of tapLines(info)) addProducts(info, line, sums, values, given);
      floatsOf(backend, result).set(sums);
      return result;
    },
  );
}

/**
 * Gradient of a depthwise convolution for its input: `dx[under tap i, j][c] += Σ_m dy[c, m] · F[i, j, c, m]`. NHWC.
 * With stride 1 and multiplier 1 that is the depthwise convolution of `dy` with the filter turned by 180°, which `forward` does.
 */
export function depthwiseBackpropInput(tf: TensorFlow, forward: KernelFunc): KernelFunc {
  return kernel<{ readonly dy: TensorInfo; readonly filter: TensorInfo }, Attributes & { readonly inputShape: Shape }>(
    ({ dy, filter }, attributes, backend) => {
      const info = depthwiseInfo(tf, attributes.inputShape, filter.shape as Shape, attributes);
      const pad = paddingOfTurned(info);
      if (pad !== undefined) {
        const turned = turnedFilter(filter, info, backend);
        const attrs = { strides: [1, 1], dilations: [1, 1], pad, dataFormat: 'NHWC' };
        const dx = forward({ inputs: { x: dy, filter: turned }, attrs, backend }) as TensorInfo;
        backend.disposeData(turned.dataId);
        return dx;
      }
      const dx = zeros(info.inShape, backend);
      const [weights, given, result] = [floatsOf(backend, filter), floatsOf(backend, dy), floatsOf(backend, dx)];
      for (const line of tapLines(info)) addDots(info, line, result, weights, given);
      return dx;
    },
  );
}

/** With which a convolution of the output's gradient gives the input's; none where a convolution does not. */
function paddingOfTurned(info: Conv2DInfo): number[][] | undefined {
  const { strideHeight, strideWidth, dilationHeight, dilationWidth, inChannels, outChannels, filterHeight, filterWidth, padInfo } = info;
  if (inChannels !== outChannels || [strideHeight, strideWidth, dilationHeight, dilationWidth].some((each) => each !== 1)) return undefined;
  const top = filterHeight - 1 - padInfo.top;
  const left = filterWidth - 1 - padInfo.left;
  const bottom = info.inHeight - info.outHeight + filterHeight - 1 - top;
  const right = info.inWidth - info.outWidth + filterWidth - 1 - left;
  return [top, left, bottom, right].every((each) => each >= 0)
    ? [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ]
    : undefined;
}

function turnedFilter(filter: TensorInfo, { inChannels }: Conv2DInfo, backend: WasmBackend): TensorInfo {
  const result = backend.makeOutput(filter.shape, 'float32');
  const [from, to] = [floatsOf(backend, filter), floatsOf(backend, result)];
  for (let at = 0; at < from.length; at += inChannels) to.set(from.subarray(at, at + inChannels), from.length - inChannels - at);
  return result;
}

function depthwiseInfo(tf: TensorFlow, inputShape: readonly number[], filterShape: Shape, attributes: Attributes): Conv2DInfo {
  const { strides, dilations, pad, dimRoundingMode } = attributes;
  return tf.backend_util.computeConv2DInfo(inputShape as Shape, filterShape, strides, dilations, pad, dimRoundingMode, true);
}

/** One tap of the filter over the places of one line of the output under which there is image: where each begins, in floats. */
interface TapLine {
  readonly filterAt: number;
  readonly imageAt: number;
  readonly outputAt: number;
  readonly places: number;
}

function* tapLines(info: Conv2DInfo): Generator<TapLine> {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, filterHeight, filterWidth, strideWidth } = info;
  for (let line = 0; line < batchSize * outHeight; line += 1) {
    const image = Math.floor(line / outHeight);
    const top = (line % outHeight) * info.strideHeight - info.padInfo.top;
    for (let tap = 0; tap < filterHeight * filterWidth; tap += 1) {
      const y = top + Math.floor(tap / filterWidth) * info.dilationHeight;
      if (y < 0 || y >= inHeight) continue;
      const left = (tap % filterWidth) * info.dilationWidth - info.padInfo.left;
      const begin = Math.max(0, Math.ceil(-left / strideWidth));
      const places = Math.min(outWidth, Math.ceil((inWidth - left) / strideWidth)) - begin;
      if (places <= 0) continue;
      yield {
        filterAt: tap * outChannels,
        imageAt: ((image * inHeight + y) * inWidth + begin * strideWidth + left) * inChannels,
        outputAt: (line * outWidth + begin) * outChannels,
        places,
      };
    }
  }
}

function addProducts(info: Conv2DInfo, line: TapLine, sums: Float64Array, values: Float32Array, given: Float32Array): void {
  const { inChannels, outChannels, strideWidth } = info;
  const { filterAt, imageAt, outputAt, places } = line;
  const multiplier = outChannels / inChannels;
  for (let place = 0; place < places; place += 1) {
    const from = imageAt + place * strideWidth * inChannels;
    const at = outputAt + place * outChannels;
    // The usual case: a loop of one turn would cost more than what it does.
    if (multiplier === 1) {
      for (let channel = 0; channel < inChannels; channel += 1) {
        sums[filterAt + channel] =
          (sums[filterAt + channel] as number) + (values[from + channel] as number) * (given[at + channel] as number);
      }
      continue;
    }
    for (let out = 0; out < outChannels; out += 1) {
      const value = values[from + Math.floor(out / multiplier)] as number;
      sums[filterAt + out] = (sums[filterAt + out] as number) + value * (given[at + out] as number);
    }
  }
}

function addDots(info: Conv2DInfo, line: TapLine, result: Float32Array, weights: Float32Array, given: Float32Array): void {
  const { inChannels, outChannels, strideWidth } = info;
  const { filterAt, imageAt, outputAt, places } = line;
  const multiplier = outChannels / inChannels;
  for (let place = 0; place < places; place += 1) {
    const to = imageAt + place * strideWidth * inChannels;
    const at = outputAt + place * outChannels;
    if (multiplier === 1) {
      for (let channel = 0; channel < inChannels; channel += 1) {
        result[to + channel] = (result[to + channel] as number) + (weights[filterAt + channel] as number) * (given[at + channel] as number);
      }
      continue;
    }
    for (let out = 0; out < outChannels; out += 1) {
      const channel = to + Math.floor(out / multiplier);
      result[channel] = (result[channel] as number) + (weights[filterAt + out] as number) * (given[at + out] as number);
    }
  }
}
