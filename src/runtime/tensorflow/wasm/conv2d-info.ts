import type { TensorFlow } from '../types.ts';
import type { Conv2DInfo } from './patches.ts';
import { refuse } from './refused.ts';

export interface ConvAttributes {
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number | [[number, number], [number, number], [number, number], [number, number]];
  readonly dataFormat: 'NHWC' | 'NCHW';
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

export function conv2DInfo(
  tf: TensorFlow,
  inputShape: readonly number[],
  filterShape: [number, number, number, number],
  { strides, pad, dataFormat, dimRoundingMode }: ConvAttributes,
  kernelName: string,
): Conv2DInfo {
  if (dataFormat === 'NCHW') refuse(`${kernelName} with channels first`, 'its convolutions take channels last');
  return tf.backend_util.computeConv2DInfo(inputShape as [number, number, number, number], filterShape, strides, 1, pad, dimRoundingMode);
}
