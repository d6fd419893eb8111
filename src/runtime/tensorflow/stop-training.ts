import type { TensorFlow } from './types.ts';

type Fit = (this: { stopTraining: boolean }, ...args: unknown[]) => Promise<unknown>;

/**
 * From here on, training ends with the batch at which `signal` is aborted, by rejecting with its reason: stages that look at
 * no signal end soon all the same, and native code is left where it may be. Costs nothing for each batch.
 */
export function stopTrainingOn(tf: TensorFlow, signal: AbortSignal): void {
  const prototype = tf.LayersModel.prototype as unknown as { fit: Fit; fitDataset: Fit };
  for (const name of ['fit', 'fitDataset'] as const) {
    const original = prototype[name];
    prototype[name] = async function (...args) {
      signal.throwIfAborted();
      const stop = (): void => {
        this.stopTraining = true;
      };
      signal.addEventListener('abort', stop);
      try {
        const history = await original.apply(this, args);
        signal.throwIfAborted();
        return history;
      } finally {
        signal.removeEventListener('abort', stop);
      }
    };
  }
}
