import { argumentError, describeValue } from '../../../core/errors/wrong-argument.ts';
import type { LayersModel } from '@tensorflow/tfjs';

/** As optimizers of TensorFlow.js have it, though their types hide it. */
interface Rated {
  learningRate: number;
  /** SGD and momentum keep a tensor of it. */
  setLearningRate?(rate: number): void;
}

/** @throws MLO_DATA for an optimizer that has none */
export function learningRateOf(model: LayersModel): number {
  const rate = (model.optimizer as unknown as Partial<Rated>).learningRate;
  if (typeof rate === 'number') return rate;
  throw argumentError(`the optimizer ${model.optimizer.getClassName()} has no learning rate that could be changed`);
}

export function setLearningRate(model: LayersModel, rate: number): void {
  const optimizer = model.optimizer as unknown as Rated;
  if (typeof rate !== 'number' || !Number.isFinite(rate))
    throw argumentError(`a learning rate must be a finite number, found ${describeValue(rate)}`);
  if (optimizer.setLearningRate === undefined) optimizer.learningRate = rate;
  else optimizer.setLearningRate(rate);
}
