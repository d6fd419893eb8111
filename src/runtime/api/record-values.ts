import { basename, extname } from 'node:path';
import { parseProjectPath } from '../../core/path/project-path.ts';
import { nameFault, paramFault, tagFault } from '../../core/run-limits.ts';
import { isMap, type Value } from '../../core/value.ts';

/** @throws TypeError */
export function checkName(what: string, name: string): string {
  if (typeof name !== 'string' || name === '')
    throw new TypeError(
      `the name of ${/^[aeiou]/.test(what) ? 'an' : 'a'} ${what} must be a text that is not empty, not ${describe(name)}`,
    );
  return name;
}

/** Of a metric, param or tag. @throws TypeError */
export function checkKey(what: string, name: string): string {
  const fault = nameFault(checkName(what, name));
  if (fault !== undefined) throw new TypeError(`the name of a ${what} ${fault}`);
  return name;
}

/** @throws TypeError, MLO_PATH_UNSAFE: it must name a place below the run. */
export function checkArtifactName(name: string): string {
  return parseProjectPath(checkName('artifact', name), 'the name of an artifact');
}

/** A copy that can cross to another thread or process: guarded params become plain maps. @throws TypeError */
export function toParam(value: Value, name: string): Value {
  const plain = toPlain(value, name);
  const fault = paramFault(plain);
  if (fault !== undefined) throw new TypeError(`param '${name}' ${fault}`);
  return plain;
}

/** @throws TypeError */
export function toTag(value: unknown, name: string): string {
  const text = String(value);
  const fault = tagFault(text);
  if (fault !== undefined) throw new TypeError(`tag '${name}' ${fault}`);
  return text;
}

function toPlain(value: Value, name: string): Value {
  if (Array.isArray(value)) return value.map((item: Value) => toPlain(item, name));
  if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toPlain(item, name)]));
  if (value === null || ['boolean', 'number', 'bigint', 'string'].includes(typeof value)) return value;
  throw new TypeError(`param '${name}' must be plain data, not ${describe(value)}`);
}

/** @throws TypeError where it is neither PNG nor JPEG. */
export function imageExtension(bytes: Uint8Array, what: string): '.png' | '.jpg' {
  if ([0x89, 0x50, 0x4e, 0x47].every((byte, at) => bytes[at] === byte)) return '.png';
  if ([0xff, 0xd8, 0xff].every((byte, at) => bytes[at] === byte)) return '.jpg';
  throw new TypeError(`logImage: ${what} is neither a PNG nor a JPEG`);
}

/** `plots/loss` → `plots/loss.png`; a name that has an image's extension keeps it. */
export function imageName(name: string, extension: string): string {
  return /^\.(png|jpe?g)$/i.test(extname(basename(name))) ? name : name + extension;
}

export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return JSON.stringify(value);
  return typeof value === 'number' ? String(value) : `a value of type ${typeof value}`;
}
