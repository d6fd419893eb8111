import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import type * as TensorFlow from '@tensorflow/tfjs';

import type { Preprocessing } from './preprocessing.ts';

/** `weights.bin` holds little-endian float32 in the order that `model.json` lists: the layout of every TensorFlow.js model. */
const WEIGHTS = 'weights.bin';
const MODEL = 'model.json';
const PREPROCESSING = 'preprocessing.json';

export async function saveModel(
  tf: typeof TensorFlow,
  folder: string,
  model: TensorFlow.LayersModel,
  preprocessing: Preprocessing,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      const { modelTopology, format, generatedBy, weightSpecs = [], weightData = new ArrayBuffer(0) } = artifacts;
      const weightsManifest = [{ paths: [WEIGHTS], weights: weightSpecs }];
      await writeFile(path.join(folder, WEIGHTS), new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData)));
      await writeJson(path.join(folder, MODEL), { modelTopology, format, generatedBy, convertedBy: null, weightsManifest });
      return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
    }),
  );
  await writeJson(path.join(folder, PREPROCESSING), preprocessing);
}

export async function loadModel(
  tf: typeof TensorFlow,
  folder: string,
): Promise<{ model: TensorFlow.LayersModel; preprocessing: Preprocessing }> {
  const weights = await readFile(path.join(folder, WEIGHTS));
  const description = (await readJson(path.join(folder, MODEL))) as TensorFlow.io.ModelJSON;
  const artifacts = await tf.io.getModelArtifactsForJSON(description, async (manifest) => [
    manifest.flatMap((group) => group.weights),
    new Uint8Array(weights).buffer,
  ]);
  return {
    model: await tf.loadLayersModel(tf.io.fromMemory(artifacts)),
    preprocessing: (await readJson(path.join(folder, PREPROCESSING))) as Preprocessing,
  };
}

async function writeJson(file: string, value: unknown): Promise<void> {
  await writeFile(file, `${JSON.stringify(value, null, 2)}\n`);
}

async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, 'utf8'));
}
