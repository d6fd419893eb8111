import type * as TensorFlow from '@tensorflow/tfjs';

export type ModelKind = 'linear' | 'mlp';

export interface ModelShape {
  readonly kind: ModelKind;
  readonly inputs: number;
  /** Width of the hidden layer; a linear model has none. */
  readonly hiddenUnits: number;
  readonly classes: number;
}

export interface Epoch {
  /** Counts from 1. */
  readonly step: number;
  /** Mean cross-entropy over the training set, in nats, before the step's update. */
  readonly loss: number;
  /** Share of the training set that is classified right, before the step's update. */
  readonly accuracy: number;
}

/** A softmax over the classes, straight on the inputs or behind one hidden layer. Weights are drawn from `Math.random`. */
export function buildModel(tf: typeof TensorFlow, shape: ModelShape): TensorFlow.Sequential {
  const model = tf.sequential({ name: `iris_${shape.kind}` });
  if (shape.kind === 'mlp') {
    model.add(tf.layers.dense({ name: 'hidden', units: shape.hiddenUnits, activation: 'relu', inputShape: [shape.inputs] }));
  }
  const width = shape.kind === 'mlp' ? shape.hiddenUnits : shape.inputs;
  model.add(tf.layers.dense({ name: 'classes', units: shape.classes, activation: 'softmax', inputShape: [width] }));
  return model;
}

/** Trains on the whole set at once, which is so small that batches would only cost time and add noise. Returns the last epoch; of its tensors only the weights of the model are left. */
export async function trainModel(
  tf: typeof TensorFlow,
  model: TensorFlow.Sequential,
  data: { readonly inputs: number[][]; readonly labels: number[] },
  settings: { readonly epochs: number; readonly learningRate: number; readonly signal: AbortSignal },
  onEpoch: (epoch: Epoch) => void,
): Promise<Epoch> {
  const inputs = tf.tensor2d(data.inputs);
  const labels = tf.tensor1d(data.labels, 'float32');
  const optimizer = tf.train.adam(settings.learningRate);
  model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  let epoch: Epoch = { step: 0, loss: Number.NaN, accuracy: Number.NaN };
  try {
    for (let step = 1; step <= settings.epochs; step += 1) {
      settings.signal.throwIfAborted();
      const [loss, accuracy] = (await model.trainOnBatch(inputs, labels)) as [number, number];
      epoch = { step, loss, accuracy };
      onEpoch(epoch);
    }
  } finally {
    tf.dispose([inputs, labels]);
    optimizer.dispose();
  }
  return epoch;
}

/** The number of the most probable class of each row. */
export function predictClasses(tf: typeof TensorFlow, model: TensorFlow.LayersModel, inputs: number[][]): number[] {
  return tf.tidy(() => {
    const probabilities = model.predict(tf.tensor2d(inputs)) as TensorFlow.Tensor2D;
    return Array.from(probabilities.argMax(1).dataSync());
  });
}
