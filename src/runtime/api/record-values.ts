import { basename, extname } from 'node:path';
import { parseProjectPath } from '../../core/path/project-path.ts';
import { nameFault, paramFault, tagFault } from '../../core/run-limits.ts';
import { isPlainMap, type Value } from '../../core/value.ts';
import { valueError } from './coded-error.ts';

/** Longer names no file system takes. */
const MOST_PART_BYTES = 255;

/** Deeper data is no param: its text alone would be too long. */
const MOST_LEVELS = 500;

/** Errors here have the code MLO_RUN_VALUE unless another is named. @throws TypeError */
export function checkName(what: string, name: string): string {
  if (typeof name !== 'string' || name === '')
    throw valueError(`the name of ${/^[aeiou]/.test(what) ? 'an' : 'a'} ${what} must be a text that is not empty, not ${describe(name)}`);
  return name;
}

/** Of a metric, param or tag. @throws TypeError */
export function checkKey(what: string, name: string): string {
  const fault = nameFault(checkName(what, name));
  if (fault !== undefined) throw valueError(`the name of a ${what} ${fault}`);
  return name;
}

/** @throws TypeError, MLO_PATH_UNSAFE: it must name a place below the run. */
export function checkArtifactName(name: string): string {
  const path = parseProjectPath(checkName('artifact', name), 'the name of an artifact');
  const long = path.split('/').find((part) => Buffer.byteLength(part) > MOST_PART_BYTES);
  if (long === undefined) return path;
  throw valueError(
    `the name of an artifact has a part of ${Buffer.byteLength(long)} bytes, ${MOST_PART_BYTES} are the most: '${long.slice(0, 40)}…'`,
  );
}

/** What is said beside a path. @throws TypeError */
export function checkText(what: string, text: string): string {
  if (typeof text !== 'string') throw valueError(`${what} must be a text, not ${describe(text)}`);
  return text;
}

/** @throws TypeError */
export function toParams(params: { readonly [name: string]: Value }): { readonly [name: string]: Value } {
  return Object.fromEntries(entriesOf('params', params).map(([name, value]) => [checkKey('param', name), toParam(value, name)]));
}

/** @throws TypeError */
export function toTags(tags: { readonly [name: string]: string }): { readonly [name: string]: string } {
  return Object.fromEntries(entriesOf('tags', tags).map(([name, value]) => [checkKey('tag', name), toTag(value, name)]));
}

function entriesOf<Each>(what: string, values: { readonly [name: string]: Each }): [name: string, value: Each][] {
  if (!isPlainMap(values)) throw valueError(`${what} must be an object of names and values, not ${describe(values)}`);
  return Object.entries(values);
}

/** A copy that can cross to another thread or process: guarded params become plain maps. @throws TypeError */
export function toParam(value: Value, name: string): Value {
  const plain = toPlain(value, name);
  const fault = paramFault(plain);
  if (fault !== undefined) throw valueError(`param '${name}' ${fault}`);
  return plain;
}

/** @throws TypeError */
export function toTag(value: unknown, name: string): string {
  const text = String(value);
  const fault = tagFault(text);
  if (fault !== undefined) throw valueError(`tag '${name}' ${fault}`);
  return text;
}

/** With two spaces. @throws TypeError where it contains itself, or a bigint. */
export function toJson(value: unknown): string {
  try {
    return JSON.stringify(value, null, 2) ?? 'null';
  } catch (error) {
    throw valueError(`logJson: the value cannot be written as JSON: ${(error as Error).message.split('\n')[0]}`, error);
  }
}

/** `around`: the lists and maps that hold the value. */
function toPlain(value: Value, name: string, around: readonly object[] = []): Value {
  if (value === null || ['boolean', 'number', 'bigint', 'string'].includes(typeof value)) return value;
  if (typeof value === 'object' && around.includes(value)) throw valueError(`param '${name}' must be plain data, but it contains itself`);
  if (around.length > MOST_LEVELS) throw valueError(`param '${name}' is nested deeper than ${MOST_LEVELS} levels`);
  // Also what a list leaves out, which is no value.
  if (Array.isArray(value)) return Array.from(value as Value[], (item) => toPlain(item, name, [...around, value]));
  if (isPlainMap(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toPlain(item, name, [...around, value])]));
  throw valueError(`param '${name}' must be plain data, not ${describe(value)}`);
}

/** @throws TypeError where it is neither PNG nor JPEG. */
export function imageExtension(bytes: Uint8Array, what: string): '.png' | '.jpg' {
  if ([0x89, 0x50, 0x4e, 0x47].every((byte, at) => bytes[at] === byte)) return '.png';
  if ([0xff, 0xd8, 0xff].every((byte, at) => bytes[at] === byte)) return '.jpg';
  throw valueError(`logImage: ${what} is neither a PNG nor a JPEG`);
}

/** `plots/loss` → `plots/loss.png`; a name that has an image's extension keeps it. */
export function imageName(name: string, extension: string): string {
  return /^\.(png|jpe?g)$/i.test(extname(basename(name))) ? name : name + extension;
}

export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return String(value);
  // 'Date', 'Map', 'Array'
  const kind = typeof value === 'object' ? Object.prototype.toString.call(value).slice('[object '.length, -1) : typeof value;
  return `a value of type ${kind}`;
}
