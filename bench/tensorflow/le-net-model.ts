import type { LayersModel } from '@tensorflow/tfjs';
import type { TensorFlow } from '../../src/runtime/tensorflow/types.ts';

/** LeNet-5 for 28x28 images, with ReLU and maximum pooling: what is measured, and what is proved to train alike on every backend. Weights start the same everywhere. */
export function leNet({ initializers, layers, sequential }: TensorFlow): LayersModel {
  let seed = 0;
  const kernelInitializer = (): ReturnType<typeof initializers.glorotUniform> => initializers.glorotUniform({ seed: (seed += 1) });
  const { conv2d, maxPooling2d, flatten, dense } = layers;
  return sequential({
    layers: [
      conv2d({
        inputShape: [28, 28, 1],
        filters: 6,
        kernelSize: 5,
        padding: 'same',
        activation: 'relu',
        kernelInitializer: kernelInitializer(),
      }),
      maxPooling2d({ poolSize: 2 }),
      conv2d({ filters: 16, kernelSize: 5, activation: 'relu', kernelInitializer: kernelInitializer() }),
      maxPooling2d({ poolSize: 2 }),
      flatten(),
      dense({ units: 120, activation: 'relu', kernelInitializer: kernelInitializer() }),
      dense({ units: 84, activation: 'relu', kernelInitializer: kernelInitializer() }),
      dense({ units: 10, activation: 'softmax', kernelInitializer: kernelInitializer() }),
    ],
  });
}
