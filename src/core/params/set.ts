import { parseDocument } from 'yaml';
import { MloError } from '../errors/mlo-error.ts';
import { describeNode, setOwn, toValue, type SourceNode } from '../source/node.ts';
import { isMap, type Value } from '../value.ts';
import { setInJson } from './edit-json.ts';
import { actualPath, keepingForm, walk } from './edit-text.ts';
import { setInToml, tomlLine } from './edit-toml.ts';
import { setInYaml } from './edit-yaml.ts';
import { equalValues, keySteps } from './keys.ts';
import { isToml, parseParamsSource, parseParamsText } from './parse.ts';
import { inJson, inYaml, parseValueText, type GivenValue } from './value-text.ts';

/**
 * The text of a params file (YAML, JSON or TOML) with one dotted key set. Comments, layout and quotes stay;
 * missing keys are added, but not to TOML. `valueText` is typed as in YAML. Throws MLO_PARAMS.
 */
export function setParamInText(path: string, text: string, key: string, valueText: string): string {
  return keepingForm(text, (plain) => setParam(path, plain, key, valueText));
}

function setParam(path: string, text: string, key: string, valueText: string): string {
  const { root, problems } = parseParamsSource(path, text);
  if (problems.length > 0) parseParamsText(path, text);
  const steps = keySteps(key);
  if (steps.some((step) => step.trim() === ''))
    throw new MloError('MLO_PARAMS', `'${key}' is not a param key`, { hint: 'Keys are words joined by dots: train.learning_rate' });
  const keys = actualPath(root, steps);
  refuseBlocked(path, key, root, keys);
  const given = parseValueText(valueText);
  const wanted = setValue(toValue(root), keys, given.value);
  if (isToml(path)) return setInTomlText(path, text, key, keys, given, wanted);
  const isJson = /\.json$/i.test(path);
  const edited = isJson ? setInJson(text, root, keys, inJson(given)) : setInYaml(text, root, keys, (place) => inYaml(given, place));
  if (edited !== undefined && holds(path, edited, wanted)) return edited;
  const rewritten = isJson ? undefined : rewriteYaml(text, root, keys, given);
  if (rewritten !== undefined && holds(path, rewritten, wanted)) return rewritten;
  throw new MloError('MLO_PARAMS', `'${key}' cannot be set in '${path}' without changing other values`, {
    hint: 'An anchor or alias stands there: edit the file by hand.',
    details: { path, key },
  });
}

function setInTomlText(path: string, text: string, key: string, keys: readonly string[], given: GivenValue, wanted: Value): string {
  const edited = setInToml(text, keys, given).find((candidate) => holds(path, candidate, wanted));
  if (edited !== undefined) return edited;
  const line = tomlLine(text, keys);
  throw new MloError(
    'MLO_PARAMS',
    `'${key}' cannot be set in '${path}': in TOML, mlo replaces values that stand on one line with their key`,
    {
      hint: line === undefined ? `Add it to ${path} by hand` : `Edit line ${line.number} of ${path} by hand: ${line.text}`,
      details: { path, key, ...(line === undefined ? {} : { line: line.number }) },
    },
  );
}

/** A value in the way: `train` is 5, so there is no `train.epochs`. */
function refuseBlocked(path: string, key: string, root: SourceNode, keys: readonly string[]): void {
  const { node, missing } = walk(root, keys);
  if (missing.length === 0 || node.kind === 'map' || (node.kind === 'scalar' && node.value === null)) return;
  const above = keys.slice(0, keys.length - missing.length).join('.');
  const found = node.kind === 'list' ? `a list of ${node.items.length}` : describeNode(node);
  throw new MloError('MLO_PARAMS', `'${key}' cannot be set in '${path}': '${above}' is ${found}, not a map`, {
    hint: `Set '${above}' as a whole.`,
    details: { path, key },
  });
}

/** Layout may change here, so this is only for places where no edit in place is possible. */
function rewriteYaml(text: string, root: SourceNode, keys: readonly string[], given: GivenValue): string | undefined {
  const document = parseDocument(text, { uniqueKeys: false });
  const path = keys.map((step, index) => (walk(root, keys.slice(0, index)).node.kind === 'list' ? Number(step) : step));
  try {
    document.setIn(path, given.value);
  } catch {
    // An alias or a scalar stands on the way: the caller refuses with the right words.
    return undefined;
  }
  return document.toString({ lineWidth: 0 });
}

function holds(path: string, text: string, wanted: Value): boolean {
  const { root, problems } = parseParamsSource(path, text);
  return problems.length === 0 && equalValues(toValue(root), wanted);
}

function setValue(value: Value, keys: readonly string[], wanted: Value): Value {
  const [first, ...rest] = keys;
  if (first === undefined) return wanted;
  if (Array.isArray(value))
    return (value as readonly Value[]).with(Number(first), setValue((value as readonly Value[])[Number(first)] as Value, rest, wanted));
  const map: Record<string, Value> = isMap(value) ? { ...value } : {};
  setOwn(map, first, setValue(Object.hasOwn(map, first) ? (map[first] as Value) : null, rest, wanted));
  return map;
}
