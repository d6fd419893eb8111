import { fromHalf, toHalf } from './float16.ts';

export type NpyData =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

export type NpyDtype =
  | 'bool'
  | 'uint8'
  | 'int8'
  | 'uint16'
  | 'int16'
  | 'uint32'
  | 'int32'
  | 'uint64'
  | 'int64'
  | 'float16'
  | 'float32'
  | 'float64'
  | 'complex64'
  | 'complex128';

export interface NpyType {
  readonly dtype: NpyDtype;
  /** As NumPy writes it, without the byte order: kind and bytes. */
  readonly code: string;
  /** Bytes of an element. */
  readonly width: number;
  /** Bytes that change places between byte orders. */
  readonly swapped: number;
  /** Numbers of `data` for an element: 2 for complex ones, real and imaginary part. */
  readonly parts: number;
  /** The bytes as they are, in the machine's order. */
  view(buffer: ArrayBuffer): NpyData;
  /** What holds them in JavaScript; may be another buffer. */
  decode(view: NpyData): NpyData;
  encode(data: NpyData): NpyData;
}

type Make = (buffer: ArrayBuffer) => NpyData;

/** Whatever is not zero is true. */
const toBits = (data: NpyData): NpyData => Uint8Array.from(data as Uint8Array, (value) => (value === 0 ? 0 : 1));
const same = (data: NpyData): NpyData => data;

function plain(dtype: NpyDtype, code: string, view: Make, parts = 1): NpyType {
  const width = Number(code.slice(1));
  return { dtype, code, width, swapped: width / parts, parts, view, decode: same, encode: same };
}

const TYPES: readonly NpyType[] = [
  { ...plain('bool', 'b1', (buffer) => new Uint8Array(buffer)), decode: toBits, encode: toBits },
  plain('uint8', 'u1', (buffer) => new Uint8Array(buffer)),
  plain('int8', 'i1', (buffer) => new Int8Array(buffer)),
  plain('uint16', 'u2', (buffer) => new Uint16Array(buffer)),
  plain('int16', 'i2', (buffer) => new Int16Array(buffer)),
  plain('uint32', 'u4', (buffer) => new Uint32Array(buffer)),
  plain('int32', 'i4', (buffer) => new Int32Array(buffer)),
  plain('uint64', 'u8', (buffer) => new BigUint64Array(buffer)),
  plain('int64', 'i8', (buffer) => new BigInt64Array(buffer)),
  {
    ...plain('float16', 'f2', (buffer) => new Uint16Array(buffer)),
    decode: (view) => Float32Array.from(view as Uint16Array, fromHalf),
    encode: (data) => Uint16Array.from(data as Float32Array, toHalf),
  },
  plain('float32', 'f4', (buffer) => new Float32Array(buffer)),
  plain('float64', 'f8', (buffer) => new Float64Array(buffer)),
  plain('complex64', 'c8', (buffer) => new Float32Array(buffer), 2),
  plain('complex128', 'c16', (buffer) => new Float64Array(buffer), 2),
];

/** What the others are called, for refusals. */
const REFUSED: { readonly [kind: string]: string } = {
  O: 'Python objects (pickle), which could run any program',
  U: 'texts',
  S: 'byte strings',
  a: 'byte strings',
  M: 'dates',
  m: 'durations',
  V: 'records',
  f: 'floats of another width',
  c: 'complex numbers of another width',
  T: 'texts of any length',
};

export const NPY_DTYPES = TYPES.map(({ dtype }) => dtype).join(', ');

export function npyTypeOf(code: string): NpyType | undefined {
  return TYPES.find((type) => type.code === code);
}

export function npyTypeNamed(dtype: string): NpyType | undefined {
  return TYPES.find((type) => type.dtype === dtype);
}

export function describeRefused(code: string): string {
  const words = REFUSED[code[0] ?? ''];
  return words === undefined ? `'${code}'` : `'${code}': ${words}`;
}

/** The dtype that data has by its class; a Uint8Array is `uint8`, not `bool`. */
export function dtypeOf(data: NpyData): NpyDtype | undefined {
  const name = Object.prototype.toString.call(data).slice(8, -1);
  if (name === 'Uint8ClampedArray') return 'uint8';
  return npyTypeNamed(
    name
      .replace(/^Big/, '')
      .replace(/Array$/, '')
      .toLowerCase(),
  )?.dtype;
}
