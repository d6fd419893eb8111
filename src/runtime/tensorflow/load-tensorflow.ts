import { MloError } from '../../core/errors/mlo-error.ts';
import type { BackendName } from '../../core/stage.ts';
import { registerFileModels } from './file-models.ts';
import type { LoadedNative } from './native/load-native.ts';
import { silenceTensorFlow } from './silence.ts';
import { completeWasmKernels } from './wasm/complete-kernels.ts';
import { guardMemory } from './wasm/guard-memory.ts';
import type { TensorFlowModule } from './types.ts';

/** What else decides which backend a stage gets, where it pins none. */
export interface BackendOptions {
  /** What the configuration prefers; absent = native, wasm, cpu in this order. */
  readonly preferred?: BackendName | undefined;
  /** Loads the native build of this machine; absent where there is none. */
  readonly loadNative?: (() => LoadedNative) | undefined;
  /** Completes "native cannot be used: …", where there is no build. */
  readonly nativeMissing?: string | undefined;
}

interface BackendRequest extends BackendOptions {
  readonly pinned: BackendName | undefined;
}

export interface PreparedTensorFlow {
  readonly tf: TensorFlowModule;
  readonly name: BackendName;
  /** Of TensorFlow.js. */
  readonly version: string;
  /** Of the C++ library; native only. */
  readonly tensorflow?: string;
  /** Why the backend is not the one that would have been taken. */
  readonly note?: string;
}

/** A backend at work, or why it does not start. */
type Start = { readonly tf: TensorFlowModule; readonly tensorflow?: string } | { readonly failure: string };

/**
 * Loads TensorFlow.js with the backend that is `pinned`, else with the first that works. `file://` paths are relative to
 * `root`. Throws MLO_BACKEND where a pinned one does not start, or none does.
 */
export async function prepareTensorFlow(
  pinned: BackendName | undefined,
  root: string,
  options: BackendOptions = {},
): Promise<PreparedTensorFlow> {
  silenceTensorFlow();
  const request = { ...options, pinned };
  const failures: string[] = [];
  for (const name of backendsToTry(request)) {
    const start = await START[name](request);
    if ('failure' in start) {
      failures.push(`${name} cannot be used: ${start.failure}`);
      continue;
    }
    registerFileModels(start.tf, root);
    const { tf, tensorflow } = start;
    return {
      tf,
      name,
      version: tf.version.tfjs,
      ...(tensorflow === undefined ? {} : { tensorflow }),
      ...(failures.length === 0 ? {} : { note: `TensorFlow.js runs on ${name}, because ${failures.join(', and ')}` }),
    };
  }
  throw new MloError('MLO_BACKEND', `The backend ${failures.join(', and ')}`, { hint: hintFor(request) });
}

/** A build that is not there is worth a word only where somebody has asked for native. */
function backendsToTry({ pinned, preferred, loadNative }: BackendRequest): readonly BackendName[] {
  if (pinned !== undefined) return [pinned];
  const all: readonly BackendName[] = ['native', 'wasm', 'cpu'];
  const first = preferred ?? (loadNative === undefined ? 'wasm' : 'native');
  return all.slice(all.indexOf(first));
}

function hintFor({ pinned, loadNative }: BackendRequest): string {
  if (pinned === 'wasm') return 'backend: cpu';
  return loadNative === undefined ? 'mlo backend install' : 'mlo backend install --force';
}

const START: { readonly [name in BackendName]: (request: BackendRequest) => Promise<Start> } = {
  native: async ({ loadNative, nativeMissing }) => startNative(loadNative, nativeMissing),
  wasm: startWasm,
  cpu: async () => {
    const tf = await import('@tensorflow/tfjs');
    await tf.setBackend('cpu');
    return { tf };
  },
};

async function startNative(load: BackendRequest['loadNative'], why = 'it has not been installed'): Promise<Start> {
  if (load === undefined) return { failure: why };
  try {
    const { tf, tensorflow } = load();
    await tf.setBackend('tensorflow');
    return { tf, tensorflow };
  } catch (error) {
    if (error instanceof MloError || (error as Error).name === 'AbortError') throw error;
    return { failure: `it does not load: ${error instanceof Error ? error.message : String(error)}` };
  }
}

async function startWasm(): Promise<Start> {
  try {
    const tf = await import('@tensorflow/tfjs');
    await import('@tensorflow/tfjs-backend-wasm');
    completeWasmKernels(tf);
    if (!(await tf.setBackend('wasm'))) return { failure: 'its initialisation failed' };
    guardMemory(tf.backend());
    return { tf };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}
