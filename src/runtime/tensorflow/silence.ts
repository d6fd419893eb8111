import { createRequire } from 'node:module';
import type { TensorFlow } from './types.ts';

/**
 * Loads TensorFlow.js of the running mlo and keeps it from greeting the user on stdout at the first use of its
 * cpu backend. CommonJS, so that it is the very copy that an `import` in a stage gets; about 0.2 s the first time.
 */
export function silenceTensorFlow(): void {
  (createRequire(import.meta.url)('@tensorflow/tfjs') as TensorFlow).enableProdMode();
}
