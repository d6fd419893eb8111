import { prepareTensorFlow, type BackendOptions } from '../../src/runtime/tensorflow/load-tensorflow.ts';
import { setNativeEnvironment } from '../../src/runtime/tensorflow/native/environment.ts';
import { findNative } from '../../src/runtime/tensorflow/native/find-native.ts';
import { loadNative } from '../../src/runtime/tensorflow/native/load-native.ts';
import type { TensorFlow } from '../../src/runtime/tensorflow/types.ts';
import { MloError } from '../../src/core/errors/mlo-error.ts';
import { REPOSITORY } from './paths.ts';
import { skipTest } from './skip.ts';

/** Backends that are held to what cpu computes. */
export const COMPARED_BACKENDS = ['wasm', 'native'] as const;
export type AnyBackend = 'cpu' | 'wasm' | 'native';

/**
 * TensorFlow.js on this backend, which stays chosen until the next call.
 * Where native is not installed the test is skipped, and fails where `MLO_CI=1` says that everything must run.
 */
export async function useBackend(name: AnyBackend): Promise<TensorFlow> {
  try {
    return (await prepareTensorFlow(name, REPOSITORY, name === 'native' ? nativeOptions() : {})).tf;
  } catch (error) {
    if (name !== 'native' || !(error instanceof MloError) || process.env['MLO_CI'] === '1') throw error;
    return skipTest(`TensorFlow is not installed natively: ${error.message}`);
  }
}

function nativeOptions(): BackendOptions {
  const native = findNative(process.env);
  if (native.state !== 'ready') return { nativeMissing: native.why };
  setNativeEnvironment(1);
  return { loadNative: () => loadNative(native.build) };
}
