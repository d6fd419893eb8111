import type { KernelConfig, KernelFunc, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs';
import type { TensorFlow } from './types.ts';

/** What both backends offer of TensorFlow.js's internal data interface. */
interface DataBackend {
  readSync(dataId: object): ArrayLike<unknown>;
  write(values: unknown, shape: number[], dtype: string): object;
  disposeData(dataId: object, force?: boolean): boolean;
}

/** Wasm memory holds no complex numbers, and there is nothing to draw on. */
const IMPOSSIBLE = new Set(['Complex', 'ComplexAbs', 'Real', 'Imag', 'FFT', 'IFFT', 'Draw']);

/**
 * Wrong or too narrow in 4.22.0: gradients of max pooling where no value is positive, input gradients of
 * 3-D convolution, casts to bool (raw bytes instead of 0 and 1), products of int32 matrices (refused).
 */
const WRONG: { readonly [kernel: string]: (inputs: NamedTensorInfoMap, attrs: { readonly dtype?: unknown }) => boolean } = {
  MaxPoolGrad: () => true,
  Conv3DBackpropInputV2: () => true,
  Cast: (inputs, attrs) => attrs.dtype === 'bool' && inputs['x']?.dtype !== 'bool',
  BatchMatMul: (inputs) => inputs['a']?.dtype !== 'float32' || inputs['b']?.dtype !== 'float32',
};

const completed = new WeakSet<object>();

/** Gives the wasm backend the kernels that it lacks or gets wrong, computed by the cpu backend at the price of two copies. */
export function completeWasmKernels(tf: TensorFlow): void {
  if (completed.has(tf)) return;
  completed.add(tf);
  for (const { kernelName } of tf.getKernelsForBackend('cpu')) {
    const own = tf.getKernel(kernelName, 'wasm');
    if (own === undefined || own === null) {
      if (!IMPOSSIBLE.has(kernelName)) tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc: onCpu(tf, kernelName) });
    } else if (WRONG[kernelName] !== undefined) {
      replaceKernel(tf, own, onCpu(tf, kernelName), WRONG[kernelName]);
    }
  }
}

function replaceKernel(tf: TensorFlow, own: KernelConfig, cpu: KernelFunc, isWrong: (typeof WRONG)[string]): void {
  tf.unregisterKernel(own.kernelName, 'wasm');
  tf.registerKernel({
    ...own,
    kernelFunc: (params) => (isWrong(params.inputs, (params.attrs ?? {}) as { dtype?: unknown }) ? cpu(params) : own.kernelFunc(params)),
  });
}

function onCpu(tf: TensorFlow, kernelName: string): KernelFunc {
  return ({ inputs, attrs, backend }) => {
    const wasm = backend as DataBackend;
    const cpu = (tf.findBackend('cpu') ?? tf.findBackendFactory('cpu')()) as unknown as DataBackend;
    const made = new Set<object>();

    const toCpu = (input: TensorInfo): TensorInfo => {
      if (input?.dataId === undefined) return input;
      const values = wasm.readSync(input.dataId);
      // Numbers are a copy already; strings are the live array.
      const dataId = cpu.write(Array.isArray(values) ? values.slice() : values, input.shape, input.dtype);
      made.add(dataId);
      return { ...input, shape: input.shape, dtype: input.dtype, dataId };
    };
    const toWasm = (output: TensorInfo): TensorInfo => {
      made.add(output.dataId);
      return { shape: output.shape, dtype: output.dtype, dataId: wasm.write(cpu.readSync(output.dataId), output.shape, output.dtype) };
    };

    const given: unknown = Array.isArray(inputs)
      ? (inputs as TensorInfo[]).map(toCpu)
      : isVariadic(inputs)
        ? Object.values(inputs).map((input) => toCpu(input as TensorInfo))
        : Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, toCpu(input as TensorInfo)]));
    const kernel = tf.getKernel(kernelName, 'cpu');
    const result = kernel.kernelFunc({ inputs: given as NamedTensorInfoMap, backend: cpu, ...(attrs === undefined ? {} : { attrs }) });
    const outputs = Array.isArray(result) ? result.map(toWasm) : toWasm(result);
    for (const dataId of made) cpu.disposeData(dataId);
    return outputs;
  };
}

function isVariadic(inputs: NamedTensorInfoMap): boolean {
  const names = Object.keys(inputs);
  return names.length > 0 && names.every((name) => /^\d+$/.test(name));
}
