import type { Tensor } from '@tensorflow/tfjs';
import type { TensorFlow } from '../../../../src/runtime/tensorflow/types.ts';

/** How the numbers of an input are made. */
export type Values =
  | 'mixed' // -1…1
  | 'negative' // -1…-0.05
  | 'positive' // 0.1…1.1
  | 'ties' // few values, many of them equal
  | 'distinct' // no two equal, far enough apart for a maximum that does not depend on rounding
  | { readonly below: number }; // int32, 0…below-1

interface Input {
  readonly shape: readonly number[];
  readonly values?: Values;
}

/** One computation that every backend must do as cpu does. */
export interface Case {
  readonly name: string;
  readonly inputs: readonly Input[];
  /** May return several tensors. */
  readonly compute: (tf: TensorFlow, ...inputs: Tensor[]) => Tensor | Tensor[];
  /** Gradients for all float inputs are compared too, unless false. For a single result. */
  readonly gradient?: boolean;
  /** Relative to the largest number of the result; default 1e-5. */
  readonly tolerance?: number;
  /** Backends that are known to differ, with the reason, for people. */
  readonly except?: { readonly [backend: string]: string };
}

/** The same numbers in every process: a linear congruential generator (Numerical Recipes), not a random one. */
export function numbers(count: number, values: Values, seed: number): number[] {
  let state = (seed * 2_654_435_761 + 12_345) >>> 0;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const make = (): number => {
    if (values === 'mixed') return next() * 2 - 1;
    if (values === 'negative') return -0.05 - next() * 0.95;
    if (values === 'positive') return 0.1 + next();
    if (values === 'ties') return Math.floor(next() * 4) - 2;
    if (values === 'distinct') return 0;
    return Math.floor(next() * values.below);
  };
  if (values !== 'distinct') return Array.from({ length: count }, make);
  const order = Array.from({ length: count }, (_, at) => ({ at, key: next() })).toSorted((a, b) => a.key - b.key);
  return order.map(({ at }) => (at - count / 2) / count);
}

export function size(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** A rounding of sizes may be named only with padding in numbers. */
export function rounding(pad: unknown): 'floor' | undefined {
  return typeof pad === 'string' ? undefined : 'floor';
}

/** What tfjs-node refuses. `strides`: of a depthwise convolution. */
export function onNative(pad: unknown, strides: unknown = 1): Pick<Case, 'except'> {
  if (typeof pad !== 'string') return { except: { native: 'tfjs-node takes no padding in numbers' } };
  if (Array.isArray(strides) && strides[0] !== strides[1]) return { except: { native: 'TensorFlow takes equal strides only' } };
  return {};
}
