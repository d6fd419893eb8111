import type { LayersModel, Optimizer, Tensor } from '@tensorflow/tfjs';
import { leNet as leNetModel } from '../../../bench/tensorflow/le-net-model.ts';
import type { TensorFlow } from '../../../src/runtime/tensorflow/types.ts';
import { numbers, size } from './parity/case.ts';

export interface Network {
  readonly model: LayersModel;
  readonly xs: Tensor;
  readonly ys: Tensor;
}

/** Starting weights that are the same on every backend. */
function seeds(tf: TensorFlow): () => ReturnType<TensorFlow['initializers']['glorotUniform']> {
  let seed = 0;
  return () => tf.initializers.glorotUniform({ seed: (seed += 1) });
}

function batch(tf: TensorFlow, shape: number[], classes: number): { readonly xs: Tensor; readonly ys: Tensor } {
  const xs = tf.tensor(numbers(size(shape), 'mixed', 5), shape);
  return { xs, ys: tf.oneHot(tf.tensor1d(numbers(shape[0] as number, { below: classes }, 6), 'int32'), classes).toFloat() };
}

export function leNet(tf: TensorFlow, images = 32): Network {
  return { model: leNetModel(tf), ...batch(tf, [images, 28, 28, 1], 10) };
}

/** The usual first own network: two convolutions, dropout, batch normalisation, tanh before pooling. */
export function basicCnn(tf: TensorFlow): Network {
  const kernelInitializer = seeds(tf);
  const { conv2d, dense, flatten, maxPooling2d, dropout, batchNormalization, averagePooling2d } = tf.layers;
  const model = tf.sequential({
    layers: [
      conv2d({ inputShape: [16, 12, 3], filters: 8, kernelSize: 3, activation: 'tanh', kernelInitializer: kernelInitializer() }),
      maxPooling2d({ poolSize: 2 }),
      batchNormalization(),
      conv2d({ filters: 12, kernelSize: 3, padding: 'same', activation: 'elu', kernelInitializer: kernelInitializer() }),
      averagePooling2d({ poolSize: 2 }),
      dropout({ rate: 0.25, seed: 3 }),
      flatten(),
      dense({ units: 20, activation: 'sigmoid', kernelInitializer: kernelInitializer() }),
      dense({ units: 4, activation: 'softmax', kernelInitializer: kernelInitializer() }),
    ],
  });
  return { model, ...batch(tf, [6, 16, 12, 3], 4) };
}

/** ResNet50's stem, a bottleneck with a projection of stride 2 and one without, and its head; narrower. */
export function residual(tf: TensorFlow): Network {
  const kernelInitializer = seeds(tf);
  const { conv2d, dense, batchNormalization, activation, add, globalAveragePooling2d, maxPooling2d, zeroPadding2d } = tf.layers;
  type Node = ReturnType<TensorFlow['input']>;
  const convolution = (x: Node, filters: number, kernelSize: number, strides: number): Node =>
    batchNormalization().apply(
      conv2d({ filters, kernelSize, strides, padding: 'same', kernelInitializer: kernelInitializer() }).apply(x),
    ) as Node;
  const relu = (x: Node): Node => activation({ activation: 'relu' }).apply(x) as Node;
  const bottleneck = (x: Node, filters: number, strides: number, project: boolean): Node => {
    const deep = convolution(relu(convolution(relu(convolution(x, filters, 1, strides)), filters, 3, 1)), filters * 4, 1, 1);
    return relu(add().apply([deep, project ? convolution(x, filters * 4, 1, strides) : x]) as Node);
  };
  const input = tf.input({ shape: [32, 32, 3] });
  const padded = zeroPadding2d({ padding: 3 }).apply(input) as Node;
  const stem = relu(
    batchNormalization().apply(
      conv2d({ filters: 8, kernelSize: 7, strides: 2, kernelInitializer: kernelInitializer() }).apply(padded),
    ) as Node,
  );
  const pooled = maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }).apply(stem) as Node;
  const blocks = bottleneck(bottleneck(pooled, 4, 2, true), 4, 1, false);
  const head = dense({ units: 3, activation: 'softmax', kernelInitializer: kernelInitializer() }).apply(
    globalAveragePooling2d({}).apply(blocks),
  ) as Node;
  return { model: tf.model({ inputs: input, outputs: head }), ...batch(tf, [4, 32, 32, 3], 3) };
}

/** Depthwise and separable convolutions, as in MobileNet and Xception. */
export function mobile(tf: TensorFlow): Network {
  const seed = seeds(tf);
  const { depthwiseConv2d, separableConv2d, dense, globalAveragePooling2d, conv2dTranspose } = tf.layers;
  const model = tf.sequential({
    layers: [
      depthwiseConv2d({
        inputShape: [10, 12, 3],
        kernelSize: 3,
        strides: [2, 2],
        depthMultiplier: 2,
        padding: 'same',
        depthwiseInitializer: seed(),
      }),
      separableConv2d({ filters: 8, kernelSize: 3, activation: 'relu', depthwiseInitializer: seed(), pointwiseInitializer: seed() }),
      conv2dTranspose({ filters: 5, kernelSize: 3, strides: 2, padding: 'same', kernelInitializer: seed() }),
      globalAveragePooling2d({}),
      dense({ units: 3, activation: 'softmax', kernelInitializer: seed() }),
    ],
  });
  return { model, ...batch(tf, [4, 10, 12, 3], 3) };
}

export function perceptron(tf: TensorFlow): Network {
  const kernelInitializer = seeds(tf);
  const { dense, dropout, batchNormalization, leakyReLU } = tf.layers;
  const model = tf.sequential({
    layers: [
      dense({ inputShape: [7], units: 16, kernelInitializer: kernelInitializer() }),
      leakyReLU({}),
      batchNormalization(),
      dropout({ rate: 0.3, seed: 9 }),
      dense({ units: 9, activation: 'tanh', kernelInitializer: kernelInitializer(), kernelRegularizer: tf.regularizers.l2({ l2: 0.01 }) }),
      dense({ units: 3, activation: 'softmax', kernelInitializer: kernelInitializer() }),
    ],
  });
  return { model, ...batch(tf, [12, 7], 3) };
}

/** Embedding, then a recurrent layer: over words. */
export function recurrent(tf: TensorFlow, kind: 'lstm' | 'gru'): Network {
  const seed = seeds(tf);
  const orthogonal = tf.initializers.randomNormal({ seed: 40, stddev: 0.3 });
  const model = tf.sequential({
    layers: [
      tf.layers.embedding({
        inputDim: 11,
        outputDim: 6,
        inputLength: 5,
        embeddingsInitializer: tf.initializers.randomUniform({ seed: 30, minval: -0.5, maxval: 0.5 }),
      }),
      tf.layers[kind]({ units: 7, kernelInitializer: seed(), recurrentInitializer: orthogonal }),
      tf.layers.dense({ units: 2, activation: 'softmax', kernelInitializer: seed() }),
    ],
  });
  const { ys } = batch(tf, [8, 1], 2);
  return { model, xs: tf.tensor2d(numbers(40, { below: 11 }, 8), [8, 5]), ys };
}

export interface Training {
  readonly losses: readonly number[];
  readonly weights: readonly (readonly number[])[];
}

/** Losses of `updates` updates with all of the data, and the weights after them. */
export async function train(
  tf: TensorFlow,
  build: (tf: TensorFlow) => Network,
  optimizer: (tf: TensorFlow) => Optimizer,
  updates = 3,
): Promise<Training> {
  tf.engine().startScope();
  try {
    const { model, xs, ys } = build(tf);
    model.compile({ optimizer: optimizer(tf), loss: 'categoricalCrossentropy' });
    const losses: number[] = [];
    for (let update = 0; update < updates; update += 1) losses.push((await model.trainOnBatch(xs, ys)) as number);
    const weights = model.getWeights().map((weight) => Array.from(weight.dataSync()));
    return { losses, weights };
  } finally {
    tf.engine().endScope();
    tf.disposeVariables();
  }
}
