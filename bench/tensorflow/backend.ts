import { prepareTensorFlow } from '../../src/runtime/tensorflow/load-tensorflow.ts';
import { setNativeEnvironment } from '../../src/runtime/tensorflow/native/environment.ts';
import { findNative } from '../../src/runtime/tensorflow/native/find-native.ts';
import { loadNative } from '../../src/runtime/tensorflow/native/load-native.ts';
import type { BackendName } from '../../src/core/stage.ts';
import type { TensorFlow } from '../../src/runtime/tensorflow/types.ts';

/** As a stage gets it; native with one intra-op thread. */
export async function loadBackend(name: BackendName): Promise<TensorFlow> {
  const native = name === 'native' ? findNative(process.env) : undefined;
  if (native?.state !== 'ready')
    return (await prepareTensorFlow(name, process.cwd(), native === undefined ? {} : { nativeMissing: native.why })).tf;
  setNativeEnvironment(1);
  return (await prepareTensorFlow(name, process.cwd(), { loadNative: () => loadNative(native.build) })).tf;
}
