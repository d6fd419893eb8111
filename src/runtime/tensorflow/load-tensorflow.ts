import { createRequire } from 'node:module';
import { MloError } from '../../core/errors/mlo-error.ts';
import type { BackendName } from '../../core/stage.ts';
import { registerFileModels } from './file-models.ts';
import { completeWasmKernels } from './wasm/complete-kernels.ts';
import type { TensorFlow } from './types.ts';

const require = createRequire(import.meta.url);

export interface PreparedTensorFlow {
  readonly tf: TensorFlow;
  readonly name: BackendName;
  readonly version: string;
  /** Why the backend is not the one that would have been taken. */
  readonly note?: string;
}

/**
 * Loads TensorFlow.js of the running mlo and keeps it from greeting the user on stdout at the first use of its
 * cpu backend. CommonJS, so that it is the very copy that an `import` in a stage gets; about 0.2 s the first time.
 */
export function silenceTensorFlow(): void {
  (require('@tensorflow/tfjs') as TensorFlow).enableProdMode();
}

/** Loads TensorFlow.js and makes `requested` its backend; without a request wasm, or cpu where wasm does not start. */
export async function prepareTensorFlow(requested: BackendName | undefined, root: string): Promise<PreparedTensorFlow> {
  if (requested === 'native') {
    throw new MloError('MLO_BACKEND', 'The backend native is not available in this version of mlo: a stage can use wasm or cpu.', {
      hint: 'backend: wasm',
    });
  }
  silenceTensorFlow();
  const tf = await import('@tensorflow/tfjs');
  registerFileModels(tf, root);
  const version = tf.version.tfjs;
  if (requested === 'cpu') {
    await tf.setBackend('cpu');
    return { tf, name: 'cpu', version };
  }
  const failure = await startWasm(tf);
  if (failure === undefined) return { tf, name: 'wasm', version };
  if (requested === 'wasm') {
    throw new MloError('MLO_BACKEND', `The backend wasm does not start: ${failure}`, { hint: 'backend: cpu' });
  }
  await tf.setBackend('cpu');
  return { tf, name: 'cpu', version, note: `TensorFlow.js runs on the slow cpu backend, because wasm does not start: ${failure}` };
}

/** The reason why it does not start, if so. */
async function startWasm(tf: TensorFlow): Promise<string | undefined> {
  try {
    await import('@tensorflow/tfjs-backend-wasm');
    completeWasmKernels(tf);
    return (await tf.setBackend('wasm')) ? undefined : 'its initialisation failed';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
