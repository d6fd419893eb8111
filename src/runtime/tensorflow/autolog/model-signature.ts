import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs';

interface TensorSpec {
  readonly name: string;
  readonly dtype: string;
  /** -1 for a length that is open, as MLflow has it. */
  readonly shape: readonly number[];
}

export interface ModelSignature {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}

export function modelSignature(model: LayersModel): ModelSignature {
  return {
    inputs: model.inputs.map((tensor, at) => specOf(tensor, model.inputNames[at])),
    outputs: model.outputs.map((tensor, at) => specOf(tensor, model.outputNames[at])),
  };
}

function specOf({ name, dtype, shape }: SymbolicTensor, given: string | undefined): TensorSpec {
  return { name: given ?? name, dtype: dtype ?? 'float32', shape: shape.map((length) => length ?? -1) };
}

/** As `model.summary()` prints it. */
export function modelSummary(model: LayersModel): string {
  const lines: string[] = [];
  model.summary(undefined, undefined, (line?: unknown) => void lines.push(typeof line === 'string' ? line : ''));
  return `${lines.join('\n')}\n`;
}
