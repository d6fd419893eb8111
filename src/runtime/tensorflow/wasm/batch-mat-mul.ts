import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import type { TensorFlow } from '../types.ts';
import { floatsOf, kernel, type WasmBackend } from './backend.ts';
import { matrixProduct, shaped, transposed, type FusedWork, type MatrixProduct } from './matrix-product.ts';

interface Inputs {
  readonly a: TensorInfo;
  readonly b: TensorInfo;
}

interface Attributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

interface FusedInputs extends Inputs {
  readonly bias?: TensorInfo;
  readonly preluActivationWeights?: TensorInfo;
}

/** Products of numbers in one matrix product below which a call of XNNPACK, with its copies, costs more than plain loops. */
const FEW = 2 ** 14;

/**
 * Products of matrices of any rank. XNNPACK takes single float32 matrices that are not transposed, the rest went through loops that are
 * four times slower: here each matrix is turned round first. `upstream`: the kernel of 4.22.0; `others`: for types other than float32.
 */
export function batchMatMul(tf: TensorFlow, upstream: KernelFunc, others: KernelFunc): KernelFunc {
  return kernel<Inputs, Attributes>((inputs, attributes, backend) => {
    const { a, b } = inputs;
    const pass = (to: KernelFunc): TensorInfo => to({ inputs: { a, b }, attrs: { ...attributes }, backend }) as TensorInfo;
    if (a.dtype !== 'float32' || b.dtype !== 'float32') return pass(others);
    const batch = batchOf(tf, inputs, attributes);
    const few = batch.left * batch.inner * batch.right < FEW;
    if (batch.count > 1 && few && batch.evenly) return pass(upstream);
    return allProducts(matrixProduct(upstream), inputs, attributes, batch, backend);
  });
}

/** The same with bias and activation; 4.22.0 forgets the bias of transposed matrices and of more than one. */
export function fusedMatMul(tf: TensorFlow, upstream: KernelFunc, others: KernelFunc): KernelFunc {
  return kernel<FusedInputs, Attributes>((inputs, attributes, backend) => {
    const { a, b, bias, preluActivationWeights: slopes } = inputs;
    const work: FusedWork = {
      inputs: { ...(bias === undefined ? {} : { bias }), ...(slopes === undefined ? {} : { preluActivationWeights: slopes }) },
      attributes: { ...attributes },
    };
    const batch = batchOf(tf, inputs, attributes);
    const narrow = (tensor: TensorInfo | undefined): boolean => tensor === undefined || tensor.shape.length === 1;
    if (a.dtype !== 'float32' || b.dtype !== 'float32' || !narrow(bias) || !(narrow(slopes) || batch.count === 1)) {
      return others({ inputs: { ...work.inputs, a, b }, attrs: { ...attributes }, backend }) as TensorInfo;
    }
    return allProducts(matrixProduct(upstream, work), inputs, attributes, batch, backend);
  });
}

interface Batch {
  /** Of the result, before its last two axes. */
  readonly shape: readonly number[];
  readonly count: number;
  readonly left: number;
  readonly inner: number;
  readonly right: number;
  /** Whether the two go through their matrices side by side, or one has but one. */
  readonly evenly: boolean;
}

function batchOf(tf: TensorFlow, { a, b }: Inputs, { transposeA, transposeB }: Attributes): Batch {
  const [aRows = 0, aColumns = 0] = a.shape.slice(-2);
  const [bRows = 0, bColumns = 0] = b.shape.slice(-2);
  const shape = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const [left, inner, again, right] = [
    transposeA ? aColumns : aRows,
    transposeA ? aRows : aColumns,
    transposeB ? bColumns : bRows,
    transposeB ? bRows : bColumns,
  ];
  if (inner !== again)
    throw new Error(`matMul: inner sizes ${inner} and ${again} of the shapes ${a.shape.join()} and ${b.shape.join()} differ`);
  const count = matrices(shape);
  const evenly = [a, b].every((each) => matrices(each.shape.slice(0, -2)) === count);
  return { shape, count, left, inner, right, evenly };
}

function allProducts(
  product: MatrixProduct,
  { a, b }: Inputs,
  { transposeA, transposeB }: Attributes,
  batch: Batch,
  backend: WasmBackend,
): TensorInfo {
  const { shape, count, left, inner, right } = batch;
  const resultShape = [...shape, left, right];
  const one = (tensor: TensorInfo, index: number, rows: number, columns: number, turn: boolean): TensorInfo => {
    const from = index * rows * columns;
    if (turn) return transposed(tensor, columns, rows, backend, from);
    if (matrices(tensor.shape.slice(0, -2)) === 1) return shaped(tensor, [rows, columns]);
    const copy = backend.makeOutput([rows, columns], 'float32');
    floatsOf(backend, copy).set(floatsOf(backend, tensor).subarray(from, from + rows * columns));
    return copy;
  };
  const multiply = (index: number): TensorInfo => {
    const x = one(a, indexIn(a.shape.slice(0, -2), shape, index), left, inner, transposeA);
    const y = one(b, indexIn(b.shape.slice(0, -2), shape, index), inner, right, transposeB);
    const found = product(x, y, backend);
    if (x.dataId !== a.dataId) backend.disposeData(x.dataId);
    if (y.dataId !== b.dataId) backend.disposeData(y.dataId);
    return found;
  };
  if (count === 1) return shaped(multiply(0), resultShape);
  const result = backend.makeOutput(resultShape, 'float32');
  for (let index = 0; index < count; index += 1) {
    const found = multiply(index);
    floatsOf(backend, result).set(floatsOf(backend, found), index * left * right);
    backend.disposeData(found.dataId);
  }
  return result;
}

/** Where in a batch of matrices of shape `own` the matrix lies that is number `index` of the broadcast shape `all`. */
function indexIn(own: readonly number[], all: readonly number[], index: number): number {
  let rest = index;
  let found = 0;
  let step = 1;
  for (let axis = 1; axis <= own.length; axis += 1) {
    const length = all.at(-axis) as number;
    const mine = own.at(-axis) as number;
    found += (mine === 1 ? 0 : rest % length) * step;
    step *= mine;
    rest = Math.floor(rest / length);
  }
  return found;
}

function matrices(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
