import type { io } from '@tensorflow/tfjs';
import { dataError } from '../../core/formats/data-error.ts';

interface Fields {
  readonly [field: string]: unknown;
}

/** The text of a `model.json`, as far as it is read here; TensorFlow.js looks at the rest. `path` names it. @throws MLO_DATA */
export function parseModel(text: string, path: string): io.ModelJSON {
  const model = parseJson(text, path);
  const found = !isFields(model) ? kindOf(model) : !isFields(model['modelTopology']) ? 'none' : undefined;
  if (found !== undefined) {
    throw dataError(path, 'this is no model of TensorFlow.js', { expected: 'an object with a modelTopology', found });
  }
  const { weightsManifest } = model as Fields;
  if (weightsManifest === undefined || (Array.isArray(weightsManifest) && weightsManifest.every(isGroup)))
    return model as unknown as io.ModelJSON;
  throw dataError(path, 'its weightsManifest is damaged', { expected: 'groups of paths and weights, each a list' });
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw dataError(path, `this is no model of TensorFlow.js: ${(error as Error).message}`, { cause: error });
  }
}

function isGroup(group: unknown): boolean {
  if (!isFields(group)) return false;
  const { paths, weights } = group;
  return Array.isArray(paths) && paths.every((each) => typeof each === 'string') && Array.isArray(weights) && weights.every(isFields);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
