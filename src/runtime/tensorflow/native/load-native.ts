import { readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { hashBytes } from '../../../fs/hash.ts';
import type { TensorFlowModule } from '../types.ts';
import type { NativeBuild } from './types.ts';
import { shimUtil } from './util-shim.ts';

const require = createRequire(import.meta.url);

/** TensorFlow.js with the native backend chosen, and which TensorFlow computes. */
export interface LoadedNative {
  readonly tf: TensorFlowModule;
  /** Version of the C++ library. */
  readonly tensorflow: string;
}

let loaded: LoadedNative | undefined;

/**
 * Loads tfjs-node into this thread with the addon of `build`, wherever that lies; the second call gives the same. TensorFlow
 * reads the environment now, if this is its first load in this process. Throws an Error where the addon is not what was built, or does not load.
 */
export function loadNative(build: NativeBuild): LoadedNative {
  if (loaded !== undefined) return loaded;
  checkAddon(build);
  shimUtil();
  const restore = interceptRequires(build.addon);
  try {
    const tf = require('@tensorflow/tfjs-node') as TensorFlowModule;
    // The first op sets up what loading has left for later.
    tf.tidy(() => tf.scalar(1).add(1).dataSync());
    const binding = (tf.backend() as unknown as { readonly binding: { readonly TF_Version: string } }).binding;
    return (loaded = { tf, tensorflow: binding.TF_Version });
  } finally {
    restore();
  }
}

function checkAddon({ addon, digest }: NativeBuild): void {
  if (digest === undefined || hashBytes(readFileSync(addon)) === digest) return;
  throw new Error(`${addon} has other bytes than mlo has built`);
}

type Load = (request: string, parent: { readonly filename?: string } | undefined, ...rest: unknown[]) => unknown;

/**
 * While tfjs-node loads: where its addon lies (it would ask node-pre-gyp, which looks into node_modules), and that
 * `file://` models and the output of `fit` are mlo's own, the same on every backend.
 */
function interceptRequires(addon: string): () => void {
  const node = Module as unknown as { _load: Load };
  const original = node._load;
  node._load = (request, parent, ...rest) => {
    if (request === '@mapbox/node-pre-gyp') return { find: () => addon };
    const exported = original(request, parent, ...rest);
    if (parent?.filename?.endsWith('/tfjs-node/dist/index.js') !== true) return exported;
    if (request === './io/file_system') return { ...(exported as object), nodeFileSystemRouter: () => null };
    if (request === './callbacks') return { ...(exported as object), ProgbarLogger: silentLogger(original('@tensorflow/tfjs', parent)) };
    return exported;
  };
  return () => {
    node._load = original;
  };
}

/** What `verbose: 1`, the default of `fit`, means on other backends: nothing. */
function silentLogger(tf: unknown): unknown {
  const { Callback } = tf as TensorFlowModule;
  return class extends Callback {};
}
