import type { Value } from '../value.ts';

/** MLflow's name of each argument of `fit` and `fitDataset`, and what it is where it is not given; null as MLflow's None. */
const FIT_ARGUMENTS: { readonly [argument: string]: readonly [name: string, otherwise: Value] } = {
  batchSize: ['batch_size', 32],
  epochs: ['epochs', 1],
  validationSplit: ['validation_split', 0],
  shuffle: ['shuffle', true],
  classWeight: ['class_weight', null],
  initialEpoch: ['initial_epoch', 0],
  stepsPerEpoch: ['steps_per_epoch', null],
  validationSteps: ['validation_steps', null],
};

/** Those of `fitDataset`, which has no shuffling and no split of its own, and whose batch size is that of the data. */
const DATASET_ARGUMENTS: typeof FIT_ARGUMENTS = {
  epochs: ['epochs', 1],
  classWeight: ['class_weight', null],
  initialEpoch: ['initial_epoch', 0],
  batchesPerEpoch: ['steps_per_epoch', null],
  validationBatches: ['validation_steps', null],
  validationBatchSize: ['validation_batch_size', null],
};

/** The params that MLflow's Keras autolog logs of a call. */
export function fitParams(call: 'fit' | 'fitDataset', args: { readonly [argument: string]: unknown }): { [name: string]: Value } {
  const table = call === 'fit' ? FIT_ARGUMENTS : DATASET_ARGUMENTS;
  return Object.fromEntries(Object.entries(table).map(([argument, [name, otherwise]]) => [name, plain(args[argument] ?? otherwise)]));
}

/** `opt_name`, `opt_learning_rate`, `opt_beta_1`…: Keras's names of an optimizer's settings. */
export function optimizerParams(className: string, config: { readonly [key: string]: unknown }): { [name: string]: Value } {
  const settings = Object.entries(config).map(([key, value]) => [`opt_${optimizerKey(key)}`, plain(value)] as const);
  return { opt_name: className, ...Object.fromEntries(settings) };
}

function optimizerKey(key: string): string {
  if (key === 'useNesterov') return 'nesterov';
  return key.replaceAll(/([A-Z]|(?<=[a-z])\d)/g, (mark) => `_${mark.toLowerCase()}`);
}

function plain(value: unknown): Value {
  if (value === null || ['number', 'string', 'boolean'].includes(typeof value)) return value as Value;
  try {
    return JSON.parse(JSON.stringify(value)) as Value;
  } catch {
    return `(${typeof value})`;
  }
}
