import { mkdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import type { io } from '@tensorflow/tfjs';
import type { Stats } from 'node:fs';
import { dataError } from '../../core/formats/data-error.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { isErrno } from '../../fs/errno.ts';
import { writeFileAtomic } from '../../fs/write-atomic.ts';
import { shownPath } from '../data/shown-path.ts';
import { parseModel } from './parse-model.ts';
import type { TensorFlow } from './types.ts';

const SCHEME = 'file://';
const MODEL_FILE = 'model.json';
const WEIGHTS_FILE = 'weights.bin';

/** A router that does not answer for a URL gives null, which TensorFlow.js's types do not know. */
const NOT_MINE = null as unknown as io.IOHandler;

const registered = new WeakSet<object>();

/**
 * Makes `model.save('file://…')` and `tf.loadLayersModel('file://…')` work without the native package, in its
 * layout: `model.json` beside `weights.bin`. What follows the scheme is a path as it stands (nothing is
 * percent-decoded), absolute or from the project root; for loading, the folder or the JSON file.
 */
export function registerFileModels(tf: TensorFlow, root: string): void {
  if (registered.has(tf.io)) return;
  registered.add(tf.io);
  tf.io.registerSaveRouter((url) => {
    const path = toPath(url, root);
    return path === null ? NOT_MINE : { save: (artifacts) => saveModel(tf, path, artifacts) };
  });
  tf.io.registerLoadRouter((url) => {
    const path = toPath(url, root);
    return path === null ? NOT_MINE : { load: () => loadModel(tf, path) };
  });
}

function toPath(url: string | string[], root: string): string | null {
  return typeof url === 'string' && url.startsWith(SCHEME) ? resolve(root, url.slice(SCHEME.length)) : null;
}

async function saveModel(tf: TensorFlow, folder: string, artifacts: io.ModelArtifacts): Promise<io.SaveResult> {
  if (artifacts.modelTopology instanceof ArrayBuffer) throw new TypeError('A model whose topology is binary cannot be saved as files.');
  const { modelTopology, format, generatedBy, convertedBy = null, weightSpecs = [] } = artifacts;
  const optional = ['trainingConfig', 'signature', 'userDefinedMetadata', 'modelInitializer', 'initializerSignature'] as const;
  const model = {
    modelTopology,
    format,
    generatedBy,
    convertedBy,
    ...Object.fromEntries(optional.flatMap((key) => (artifacts[key] === undefined ? [] : [[key, artifacts[key]]]))),
    weightsManifest: [{ paths: [WEIGHTS_FILE], weights: weightSpecs }],
  };
  await mkdir(folder, { recursive: true });
  // Never through a file that is there: it may be a link into the store. The file that names the other one comes last.
  writeFileAtomic(join(folder, WEIGHTS_FILE), new Uint8Array(tf.io.CompositeArrayBuffer.join(artifacts.weightData)));
  writeFileAtomic(join(folder, MODEL_FILE), JSON.stringify(model));
  return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
}

async function loadModel(tf: TensorFlow, path: string): Promise<io.ModelArtifacts> {
  const file = await modelFile(path);
  const model = parseModel(await readFile(file, 'utf8'), shownPath(file));
  return tf.io.getModelArtifactsForJSON(model, async (manifest) => {
    const specs = manifest.flatMap((group) => group.weights);
    const shards: Buffer[] = [];
    for (const shard of manifest.flatMap((group) => group.paths)) shards.push(await readShard(file, shard));
    const bytes = Buffer.concat(shards);
    return [specs, bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)];
  });
}

async function modelFile(path: string): Promise<string> {
  const file = (await statOf(path))?.isDirectory() === true ? join(path, MODEL_FILE) : path;
  if ((await statOf(file)) === undefined) throw dataError(shownPath(file), 'there is no such model');
  return file;
}

async function statOf(path: string): Promise<Stats | undefined> {
  return await stat(path).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  });
}

async function readShard(model: string, shard: string): Promise<Buffer> {
  const place = shardPath(model, shard);
  if ((await statOf(place)) === undefined) throw dataError(shownPath(place), `the weights that ${basename(model)} names do not exist`);
  return await readFile(place);
}

/** A model may come from anywhere: its manifest names files beside it or below, nothing else. */
function shardPath(modelFile: string, shard: string): string {
  if (isAbsolute(shard) || shard.includes('\0') || shard.split(/[\\/]/).includes('..')) {
    throw new MloError('MLO_PATH_UNSAFE', `${basename(modelFile)} names weights outside of its folder: ${JSON.stringify(shard)}`, {
      details: { model: modelFile, path: shard },
    });
  }
  return join(dirname(modelFile), shard);
}
