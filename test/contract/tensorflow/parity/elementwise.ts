import type { Tensor } from '@tensorflow/tfjs';
import type { TensorFlow } from '../../../../src/runtime/tensorflow/types.ts';
import type { Case, Values } from './case.ts';

type Shapes = readonly [readonly number[], readonly number[]];

const BROADCASTS: readonly Shapes[] = [
  [
    [3, 4],
    [3, 4],
  ],
  [[3, 4], [4]],
  [[3, 4], []],
  [
    [3, 1],
    [1, 4],
  ],
  [
    [2, 3, 4],
    [3, 1],
  ],
  [[2, 2, 3, 4], [4]],
  [
    [2, 5, 1, 4],
    [2, 1, 3, 1],
  ],
];

const BINARY = ['add', 'sub', 'mul', 'div', 'pow', 'atan2', 'mod'] as const;
const NO_BROADCAST_GRADIENT = ['maximum', 'minimum', 'squaredDifference'] as const;
const COMPARED_SHAPES: readonly Shapes[] = [
  [
    [3, 4],
    [3, 4],
  ],
  [[3, 4], [4]],
  [
    [2, 3, 1],
    [1, 5],
  ],
];
const COMPARE = ['equal', 'notEqual', 'greater', 'greaterEqual', 'less', 'lessEqual'] as const;
const LOGIC = ['logicalAnd', 'logicalOr', 'logicalXor'] as const;

const UNARY: { readonly [values in 'mixed' | 'positive']: readonly (keyof TensorFlow)[] } = {
  mixed: [
    'abs',
    'acos',
    'asin',
    'atan',
    'ceil',
    'cos',
    'cosh',
    'elu',
    'erf',
    'exp',
    'expm1',
    'floor',
    'isFinite',
    'isInf',
    'isNaN',
    'leakyRelu',
    'neg',
    'relu',
    'relu6',
    'round',
    'selu',
    'sigmoid',
    'sign',
    'sin',
    'sinh',
    'softplus',
    'square',
    'step',
    'tan',
    'tanh',
  ],
  positive: ['log', 'log1p', 'reciprocal', 'rsqrt', 'sqrt', 'acosh', 'asinh'],
};

type Binary = (a: Tensor, b: Tensor) => Tensor;
type Unary = (x: Tensor) => Tensor;

const NO_GRADIENT = new Set<string>(['isFinite', 'isInf', 'isNaN', 'mod', 'floorDiv']);

function binary(name: string, [a, b]: Shapes, values: Values = 'positive'): Case {
  return {
    name: `${name} of [${a.join()}] and [${b.join()}]`,
    inputs: [
      { shape: a, values },
      { shape: b, values },
    ],
    compute: (tf, left, right) => (tf as unknown as { [name: string]: Binary })[name]?.(left as Tensor, right as Tensor) as Tensor,
    gradient: !NO_GRADIENT.has(name),
  };
}

export const ELEMENTWISE_CASES: readonly Case[] = [
  ...BROADCASTS.flatMap((shapes) => BINARY.map((name) => binary(name, shapes))),
  // Where the second one is broadcast, core's gradients of these throw on every backend.
  ...NO_BROADCAST_GRADIENT.flatMap((name) => [
    binary(
      name,
      [
        [3, 4],
        [3, 4],
      ],
      'mixed',
    ),
    { ...binary(name, [[3, 4], [4]], 'mixed'), gradient: false },
  ]),
  ...COMPARE.flatMap((name) => COMPARED_SHAPES.map((shapes) => ({ ...binary(name, shapes, 'ties'), gradient: false }))),
  ...(['floorDiv', 'mod', 'add', 'sub', 'mul', 'maximum', 'minimum', 'squaredDifference'] as const).map(
    (name) =>
      ({
        ...binary(name, [[30], []], { below: 9 }),
        name: `${name} of integers`,
        compute: (tf, x) => tf[name](x as Tensor, tf.scalar(4, 'int32')),
        gradient: false,
      }) satisfies Case,
  ),
  ...LOGIC.map(
    (name) =>
      ({
        name,
        inputs: [
          { shape: [3, 4], values: 'ties' },
          { shape: [4], values: 'ties' },
        ],
        compute: (tf, a, b) => tf[name]((a as Tensor).greater(0), (b as Tensor).greater(-1)),
        gradient: false,
      }) satisfies Case,
  ),
  ...Object.entries(UNARY).flatMap(([values, names]) =>
    names.map(
      (name) =>
        ({
          name: `${name} of ${values} numbers`,
          inputs: [{ shape: [3, 5], values: values as Values }],
          compute: (tf, x) =>
            (tf as unknown as { [name: string]: Unary })[name]?.(name === 'acosh' ? (x as Tensor).add(1) : (x as Tensor)) as Tensor,
          gradient: !NO_GRADIENT.has(name),
          // Polynomials and the C library's functions differ in the last digits.
          tolerance: 1e-5,
        }) satisfies Case,
    ),
  ),
  { name: 'clipByValue', inputs: [{ shape: [4, 5] }], compute: (tf, x) => tf.clipByValue(x as Tensor, -0.4, 0.5) },
  { name: 'prelu', inputs: [{ shape: [2, 3, 4] }, { shape: [4] }], compute: (tf, x, alpha) => tf.prelu(x as Tensor, alpha as Tensor) },
  {
    name: 'where',
    inputs: [{ shape: [4, 5] }, { shape: [4, 5] }, { shape: [4, 5], values: { below: 2 } }],
    compute: (tf, a, b, which) => tf.where((which as Tensor).cast('bool'), a as Tensor, b as Tensor),
  },
  { name: 'addN', inputs: [{ shape: [3, 2] }, { shape: [3, 2] }, { shape: [3, 2] }], compute: (tf, ...all) => tf.addN(all) },
  { name: 'l2 norm', inputs: [{ shape: [4, 5] }], compute: (tf, x) => tf.norm(x as Tensor, 2) },
  { name: 'l2 norm along an axis', inputs: [{ shape: [4, 5] }], compute: (tf, x) => tf.norm(x as Tensor, 'euclidean', 1) },
  { name: 'l1 norm', inputs: [{ shape: [4, 5] }], compute: (tf, x) => tf.norm(x as Tensor, 1) },
  ...(['int32', 'bool', 'float32'] as const).map(
    (dtype) =>
      ({
        name: `cast of floats to ${dtype}`,
        inputs: [{ shape: [4, 5] }],
        compute: (tf, x) => tf.cast(tf.mul(x as Tensor, 300), dtype),
        gradient: dtype === 'float32',
      }) satisfies Case,
  ),
  ...(['float32', 'bool', 'int32'] as const).map(
    (dtype) =>
      ({
        name: `cast of integers to ${dtype}`,
        inputs: [{ shape: [40], values: { below: 700 } }],
        compute: (tf, x) => tf.cast(tf.sub(x as Tensor, tf.scalar(256, 'int32')), dtype),
        gradient: false,
      }) satisfies Case,
  ),
  {
    name: 'cast of NaN, infinity and fractions to bool, and their number',
    inputs: [],
    compute: (tf) => {
      const truths = tf.cast(tf.tensor1d([Number.NaN, Number.POSITIVE_INFINITY, 0.4, -0, 0, 256, -1]), 'bool');
      return [truths, tf.sum(truths)];
    },
    gradient: false,
  },
  {
    name: 'sum of what a cast to bool says',
    inputs: [{ shape: [6, 6], values: 'ties' }],
    compute: (tf, x) => tf.sum(tf.cast(tf.cast((x as Tensor).mul(200), 'bool'), 'int32')),
    gradient: false,
  },
];
