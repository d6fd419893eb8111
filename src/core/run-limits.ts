import { canonicalJson } from './encoding/canonical-json.ts';
import type { Value } from './value.ts';

/** Most characters (code points), as MLflow has them: what a run holds must pass through MLflow's clients. */
const MOST_CHARACTERS = { name: 250, param: 6_000, tag: 8_000, title: 500 } as const;

// oxlint-disable-next-line no-control-regex -- finding them is what it is for.
const CONTROL = /[\u0000-\u001f\u007f]/;

/**
 * Why no metric, param or tag can have this name; completes "the name of a metric …". Wider than MLflow's rule (letters, digits, `_-./: `):
 * all of Unicode but control characters. As there, a name that would lead elsewhere as a path is none: others make files of names.
 */
export function nameFault(name: unknown): string | undefined {
  if (typeof name !== 'string' || name === '')
    return `must be a text that is not empty, found ${typeof name === 'string' ? '""' : typeof name}`;
  return lengthFault(name, MOST_CHARACTERS.name) ?? controlFault(name) ?? pathFault(name);
}

/** Why no run or experiment can be given this name; completes "the name of a run …". What pipelines name is recorded as it is. */
export function titleFault(name: string): string | undefined {
  if (name.trim() === '') return 'must not be empty';
  return lengthFault(name, MOST_CHARACTERS.title) ?? controlFault(name);
}

function controlFault(name: string): string | undefined {
  return CONTROL.test(name) ? `has a control character: ${JSON.stringify(name)}` : undefined;
}

/** MLflow's rule (`path_not_unique`): a path that is not written in the shortest way, that is absolute, or that begins with `..`. */
function pathFault(name: string): string | undefined {
  const isPlain = !name.startsWith('..') && name.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
  return isPlain ? undefined : `must not be a path that leads elsewhere (like '../x', '/x', 'x//y' or 'x/'): ${JSON.stringify(name)}`;
}

/** Completes "the step …"; `shown` is the step as it was given. */
export function stepFault(step: unknown, shown: string): string | undefined {
  if (Number.isSafeInteger(step)) return undefined;
  return Number.isInteger(step)
    ? `is too ${(step as number) > 0 ? 'large' : 'small'}: ${shown} (at most 2^53 - 1, at least -(2^53 - 1))`
    : `must be a whole number, not ${shown}`;
}

/** Completes "the param 'x' …". A value that is no text counts as its JSON. */
export function paramFault(value: Value): string | undefined {
  if (typeof value === 'string') return lengthFault(value, MOST_CHARACTERS.param);
  // Numbers, true, false and null are short.
  if (typeof value !== 'bigint' && (typeof value !== 'object' || value === null)) return undefined;
  return lengthFault(canonicalJson(value), MOST_CHARACTERS.param);
}

/** Completes "the tag 'x' …". */
export function tagFault(value: string): string | undefined {
  return lengthFault(value, MOST_CHARACTERS.tag);
}

function lengthFault(text: string, most: number): string | undefined {
  // A code point has one unit or two.
  if (text.length <= most) return undefined;
  const { length } = Array.from(text);
  return length > most ? `has ${length} characters, ${most} are the most` : undefined;
}
