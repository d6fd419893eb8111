import type { TensorFlow } from './types.ts';

export interface TensorLeaks {
  readonly tensors: number;
  readonly bytes: number;
}

/** Tensors that live although nothing will use them any more; weights of models and states of optimizers (variables) do not count. */
export function countLeaks(tf: TensorFlow): TensorLeaks {
  const { numTensors, numBytes } = tf.memory();
  const { registeredVariables } = tf.engine().state as unknown as {
    readonly registeredVariables: {
      readonly [name: string]: { readonly isDisposed: boolean; readonly size: number; readonly dtype: string };
    };
  };
  const variables = Object.values(registeredVariables).filter((variable) => !variable.isDisposed);
  const bytes = variables.reduce((sum, { size, dtype }) => sum + size * (dtype === 'bool' ? 1 : 4), 0);
  return { tensors: Math.max(0, numTensors - variables.length), bytes: Math.max(0, numBytes - bytes) };
}
