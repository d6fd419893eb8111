import { canonicalJson } from '../encoding/canonical-json.ts';
import { isMap, type Value, type ValueMap } from '../value.ts';

/** The declared values by dotted key, and the declared keys that are not there. */
export interface SelectedParams {
  readonly values: { readonly [key: string]: Value };
  readonly missing: readonly string[];
}

/**
 * The value of a dotted key (`train.layers.0.units`; `train.layers[0].units` is the same), or
 * undefined when there is none. A key that itself holds a dot is found too; nesting wins.
 */
export function getKey(values: Value, key: string): Value | undefined {
  const nested = descend(values, keySteps(key), 0);
  return nested === undefined ? ownValue(values, key) : nested;
}

/** `a.b[0].c` → `['a', 'b', '0', 'c']`. */
export function keySteps(key: string): readonly string[] {
  return key.replaceAll(/\[([^[\].]*)\]/g, '.$1').split('.');
}

/** `keys` null: the whole file, by its top-level keys. */
export function selectParams(values: ValueMap, keys: readonly string[] | null): SelectedParams {
  if (keys === null) return { values, missing: [] };
  const selected: Record<string, Value> = {};
  const missing: string[] = [];
  for (const key of keys) {
    const value = getKey(values, key);
    if (value === undefined) missing.push(key);
    else define(selected, key, value);
  }
  return { values: selected, missing };
}

/** Leaves by dotted key, in the order of the file. Lists and empty maps are leaves. */
export function flattenValues(values: Value): Map<string, Value> {
  const flat = new Map<string, Value>();
  flattenInto(flat, values, '');
  return flat;
}

/** `1` and `1.0` are equal, and so are NaN and NaN; `1` and `'1'` are not. */
export function equalValues(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' && typeof b !== 'object') return Number.isNaN(a) && Number.isNaN(b);
  return canonicalJson(a) === canonicalJson(b);
}

/** `{'train.epochs': 60}` → `{train: {epochs: 60}}`. A declared map and a key inside it come together. */
export function nestParams(declared: { readonly [key: string]: Value }): ValueMap {
  const nested: Record<string, Value> = {};
  // Shorter keys first, so that a whole map is there before one of its keys is set into it.
  const keys = Object.keys(declared).sort((a, b) => keySteps(a).length - keySteps(b).length);
  for (const key of keys) place(nested, keySteps(key), declared[key] as Value);
  return nested;
}

function place(nested: Record<string, Value>, steps: readonly string[], value: Value): void {
  let map = nested;
  for (const step of steps.slice(0, -1)) {
    const inner = ownValue(map, step);
    // A copy, because the declared value belongs to the caller.
    const next: Record<string, Value> = isMap(inner) ? { ...inner } : {};
    define(map, step, next);
    map = next;
  }
  define(map, steps.at(-1) as string, value);
}

function flattenInto(flat: Map<string, Value>, value: Value, prefix: string): void {
  if (!isMap(value)) {
    if (prefix !== '') flat.set(prefix, value);
    return;
  }
  const keys = Object.keys(value);
  if (keys.length === 0 && prefix !== '') flat.set(prefix, value);
  for (const key of keys) flattenInto(flat, value[key] as Value, prefix === '' ? key : `${prefix}.${key}`);
}

function descend(value: Value, steps: readonly string[], from: number): Value | undefined {
  if (from === steps.length) return value;
  for (let to = from + 1; to <= steps.length; to += 1) {
    const inner = ownValue(value, steps.slice(from, to).join('.'));
    const found = inner === undefined ? undefined : descend(inner, steps, to);
    if (found !== undefined) return found;
  }
  return undefined;
}

function ownValue(value: Value | undefined, key: string): Value | undefined {
  if (Array.isArray(value)) return /^\d+$/.test(key) ? (value as readonly Value[])[Number(key)] : undefined;
  return isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** `__proto__` is a key like any other. */
function define(map: Record<string, Value>, key: string, value: Value): void {
  Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
}
