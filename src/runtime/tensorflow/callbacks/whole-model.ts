import type { LayersModel } from '@tensorflow/tfjs';

const wholes = new WeakMap<LayersModel, LayersModel>();

/** A `tf.Sequential` trains a model inside it, which is what callbacks are given. */
export function rememberWhole(model: LayersModel): void {
  const inner = innerOf(model);
  if (inner !== undefined) wholes.set(inner, model);
}

export function innerOf(model: LayersModel): LayersModel | undefined {
  return (model as unknown as { readonly model?: LayersModel }).model;
}

/** The model as its owner has it, where that is known. */
export function wholeModel(model: LayersModel): LayersModel {
  return wholes.get(model) ?? model;
}
