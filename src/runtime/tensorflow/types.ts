import type * as tf from '@tensorflow/tfjs';

/** The whole of TensorFlow.js 4.22, as `import * as tf from '@tensorflow/tfjs'` gives it in an ES module. */
export type TensorFlowModule = typeof tf;

/**
 * What is taken as TensorFlow.js: that of `@tensorflow/tfjs` or tfjs-node, as an ES module or a CommonJS file imports it. The latter gets no
 * `default`, which TypeScript would miss.
 */
export type TensorFlow = Omit<TensorFlowModule, 'default'>;
