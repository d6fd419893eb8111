import type { KernelFunc, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs';
import type { TensorFlow } from '../types.ts';

/** What both backends offer of TensorFlow.js's internal data interface. */
interface DataBackend {
  readSync(dataId: object): ArrayLike<unknown>;
  write(values: unknown, shape: number[], dtype: string): object;
  disposeData(dataId: object, force?: boolean): boolean;
}

/** The kernel of this name of the cpu backend, at the price of two copies. */
export function onCpu(tf: TensorFlow, kernelName: string): KernelFunc {
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

    try {
      const given: unknown = Array.isArray(inputs)
        ? (inputs as TensorInfo[]).map(toCpu)
        : isVariadic(inputs)
          ? Object.values(inputs).map((input) => toCpu(input as TensorInfo))
          : Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, toCpu(input as TensorInfo)]));
      const kernel = tf.getKernel(kernelName, 'cpu');
      const result = kernel.kernelFunc({ inputs: given as NamedTensorInfoMap, backend: cpu, ...(attrs === undefined ? {} : { attrs }) });
      return Array.isArray(result) ? result.map(toWasm) : toWasm(result);
    } finally {
      for (const dataId of made) cpu.disposeData(dataId);
    }
  };
}

function isVariadic(inputs: NamedTensorInfoMap): boolean {
  const names = Object.keys(inputs);
  return names.length > 0 && names.every((name) => /^\d+$/.test(name));
}
