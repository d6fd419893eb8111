import type { Tensor } from '@tensorflow/tfjs';
import type { TensorFlow } from '../../../../src/runtime/tensorflow/types.ts';
import { numbers, size, type Case } from './case.ts';

export interface Result {
  readonly of: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly values: readonly number[];
}

/** Results and gradients of a case on the backend that is chosen. Leaves no tensor behind. */
export function computeCase(tf: TensorFlow, { inputs, compute, gradient = true }: Case): readonly Result[] {
  const before = tf.memory().numTensors;
  const results: Result[] = [];
  tf.tidy(() => {
    const tensors = inputs.map(({ shape, values = 'mixed' }, at) =>
      tf.tensor(numbers(size(shape), values, at + 1), [...shape], typeof values === 'object' ? 'int32' : 'float32'),
    );
    const outputs = [compute(tf, ...tensors)].flat();
    results.push(...outputs.map((output, at) => read(`result ${at}`, output)));
    if (gradient) results.push(...gradients(tf, compute, tensors, outputs[0] as Tensor));
  });
  const leaked = tf.memory().numTensors - before;
  if (leaked !== 0) throw new Error(`${leaked} tensors were left behind on ${tf.getBackend()}`);
  return results;
}

function gradients(tf: TensorFlow, compute: Case['compute'], tensors: readonly Tensor[], output: Tensor): Result[] {
  const dy = tf.tensor(numbers(output.size, 'mixed', 77), output.shape);
  const floats = tensors.flatMap((tensor, at) => (tensor.dtype === 'float32' ? [at] : []));
  const work = (...given: Tensor[]): Tensor =>
    compute(tf, ...tensors.map((tensor, at) => (floats.includes(at) ? (given[floats.indexOf(at)] as Tensor) : tensor))) as Tensor;
  const found = tf.grads(work)(
    floats.map((at) => tensors[at] as Tensor),
    dy,
  );
  return found.map((gradient, at) => read(`gradient for input ${floats[at]}`, gradient));
}

function read(of: string, tensor: Tensor): Result {
  return { of, shape: tensor.shape, dtype: tensor.dtype, values: Array.from(tensor.dataSync()) };
}

/** What differs, for people; empty where nothing does. */
export function differences(found: readonly Result[], expected: readonly Result[], tolerance: number): readonly string[] {
  if (found.length !== expected.length) return [`${found.length} results instead of ${expected.length}`];
  return expected.flatMap((wanted, at) => {
    const got = found[at] as Result;
    const head = `${wanted.of}: `;
    if (got.dtype !== wanted.dtype) return [`${head}${got.dtype} instead of ${wanted.dtype}`];
    if (got.shape.join() !== wanted.shape.join()) return [`${head}shape ${got.shape.join()} instead of ${wanted.shape.join()}`];
    const largest = wanted.values.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 0);
    const limit = wanted.dtype === 'float32' ? tolerance * Math.max(largest, 1e-3) : 0;
    const wrong = wanted.values.findIndex((value, index) => !near(got.values[index] as number, value, limit));
    return wrong < 0 ? [] : [`${head}${got.values[wrong]} instead of ${wanted.values[wrong]} at ${wrong} (largest ${largest})`];
  });
}

function near(a: number, b: number, limit: number): boolean {
  return Object.is(a, b) || a === b || Math.abs(a - b) <= limit;
}
