import type { Callback, CustomCallbackArgs, History } from '@tensorflow/tfjs';
import type { TensorFlow } from '../types.ts';

interface FitArguments {
  readonly callbacks?: unknown;
  readonly yieldEvery?: unknown;
}

type Fit = (this: object, ...given: unknown[]) => Promise<History>;

const mended = new WeakSet<object>();

/** What was given as `callbacks`, each as a callback: plain objects become a CustomCallback, as TensorFlow.js itself makes them. */
export function readyCallbacks(tf: TensorFlow, { callbacks, yieldEvery }: FitArguments): Callback[] {
  return listOf(callbacks).map((each) =>
    isReady(each) ? each : (new tf.CustomCallback(each, (yieldEvery ?? 'auto') as 'auto') as unknown as Callback),
  );
}

/** TensorFlow.js takes a list for one kind or the other by its first entry. From here on plain objects and callbacks may stand in one. */
export function allowMixedLists(tf: TensorFlow): void {
  const prototype = tf.LayersModel.prototype as unknown as { fit: Fit; fitDataset: Fit };
  if (mended.has(prototype)) return;
  mended.add(prototype);
  for (const [call, at] of [
    ['fit', 2],
    ['fitDataset', 1],
  ] as const) {
    const original = prototype[call];
    prototype[call] = async function (...given) {
      const args = given[at] as FitArguments | undefined;
      if (isMixed(args?.callbacks)) given[at] = { ...args, callbacks: readyCallbacks(tf, args as FitArguments) };
      return await original.apply(this, given);
    };
  }
}

function isMixed(callbacks: unknown): boolean {
  const list = listOf(callbacks);
  return list.some(isReady) && !list.every(isReady);
}

function listOf(callbacks: unknown): readonly (Callback | CustomCallbackArgs)[] {
  return (Array.isArray(callbacks) ? callbacks : callbacks === undefined || callbacks === null ? [] : [callbacks]) as readonly (
    | Callback
    | CustomCallbackArgs
  )[];
}

function isReady(callback: Callback | CustomCallbackArgs): callback is Callback {
  return typeof (callback as Partial<Callback>).setParams === 'function';
}
