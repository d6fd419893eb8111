import type * as tf from '@tensorflow/tfjs';

/** The whole of TensorFlow.js 4.22, as `import * as tf from '@tensorflow/tfjs'` gives it. */
export type TensorFlow = typeof tf;
