import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import type * as TensorFlow from '@tensorflow/tfjs';

import type { Preprocessing } from './preprocessing.ts';

const PREPROCESSING = 'preprocessing.json';

/** Writes `model.json` and `weights.bin`, as every TensorFlow.js reads them, and the preprocessing beside them. */
export async function saveModel(model: TensorFlow.LayersModel, preprocessing: Preprocessing, folder: string): Promise<void> {
  await model.save(`file://${folder}`);
  await writeFile(path.join(folder, PREPROCESSING), `${JSON.stringify(preprocessing, null, 2)}\n`);
}

export async function loadModel(
  tf: typeof TensorFlow,
  folder: string,
): Promise<{ model: TensorFlow.LayersModel; preprocessing: Preprocessing }> {
  const text = await readFile(path.join(folder, PREPROCESSING), 'utf8');
  return { model: await tf.loadLayersModel(`file://${folder}`), preprocessing: JSON.parse(text) as Preprocessing };
}
