import type { TensorFlow } from 'mlo-cli';
import type { LayersModel, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import { CLASSES, SIDE } from './classes.ts';

/** LeCun et al., 1998, with ReLU, pooling by the maximum and Adam: 61,706 weights. */
export function leNet(tf: TensorFlow, learningRate: number): LayersModel {
  const { conv2d, maxPooling2d, flatten, dense } = tf.layers;
  const model = tf.sequential({
    name: 'le-net',
    layers: [
      conv2d({ inputShape: [SIDE, SIDE, 1], filters: 6, kernelSize: 5, padding: 'same', activation: 'relu' }),
      maxPooling2d({ poolSize: 2 }),
      conv2d({ filters: 16, kernelSize: 5, activation: 'relu' }),
      maxPooling2d({ poolSize: 2 }),
      flatten(),
      dense({ units: 120, activation: 'relu' }),
      dense({ units: 84, activation: 'relu' }),
      dense({ units: CLASSES.length, activation: 'softmax' }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(learningRate), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

/** For each image the probability of each class. */
export function predict(tf: TensorFlow, model: LayersModel, images: Tensor4D): number[][] {
  return tf.tidy(() => (model.predict(images) as Tensor2D).arraySync());
}

/** The class of the greatest probability. */
export function likeliest(probabilities: readonly number[]): number {
  return probabilities.indexOf(Math.max(...probabilities));
}
