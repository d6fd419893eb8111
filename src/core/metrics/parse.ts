import { MloError } from '../errors/mlo-error.ts';
import { flattenValues } from '../params/keys.ts';
import { toValue } from '../source/node.ts';
import { parseJsonSource } from '../source/json.ts';
import { parseYamlSource } from '../source/yaml.ts';
import { isMap, type Value } from '../value.ts';

/**
 * What a metrics file says: leaves by dotted key, or the number itself where the file is just one
 * (`0.93`). Lists and nulls are no metrics and are left out, as DVC does. JSON by its extension, else
 * YAML. Throws MLO_PARAMS.
 */
export function parseMetricsText(path: string, text: string): Value {
  const { root, problems } = /\.json$/i.test(path) && text.trim() !== '' ? parseJsonSource(path, text) : parseYamlSource(path, text);
  const [first] = problems;
  if (first !== undefined)
    throw new MloError('MLO_PARAMS', `The metrics file '${path}' cannot be read: ${first.message}`, { problems, details: { path } });
  const value = toValue(root);
  if (!isMap(value)) return typeof value === 'number' || typeof value === 'bigint' ? value : {};
  return Object.fromEntries([...flattenValues(value)].filter(([, leaf]) => isMetric(leaf)));
}

function isMetric(value: Value): boolean {
  return value !== null && typeof value !== 'object';
}
