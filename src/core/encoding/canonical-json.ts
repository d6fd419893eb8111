import { isMap, type Value, type ValueMap } from '../value.ts';

/**
 * One text for one value: keys sorted by code point, LF, no insignificant freedom.
 * Numbers that JSON cannot write become `{"$number": "NaN"}` (also `Infinity`, `-Infinity`);
 * bigints are written as plain digits; `-0` as `0`, because YAML authors do not mean it.
 */
export function canonicalJson(value: Value, indent = 0): string {
  return indent === 0 ? compact(value) : `${pretty(value, ' '.repeat(indent), '\n')}\n`;
}

/** More levels than a file may have whose values stand in a lock, and few enough for every stack. */
const DEEPEST = 1200;

/** Reads what `canonicalJson` wrote; numbers come back as numbers, long integers as bigint. Throws SyntaxError, also for what is nested deeper than 1,200 levels. */
export function parseCanonicalJson(text: string): Value {
  const value = parse(text);
  // A level is two brackets: most texts are too short to be looked through.
  if (text.length > 2 * DEEPEST && isDeeper(value, DEEPEST)) throw tooDeep();
  return value;
}

function parse(text: string): Value {
  try {
    return JSON.parse(text, reviveNumber) as Value;
  } catch (error) {
    throw error instanceof RangeError ? tooDeep() : error;
  }
}

function tooDeep(): SyntaxError {
  return new SyntaxError(`it is nested deeper than ${DEEPEST} levels`);
}

function isDeeper(value: Value, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) return (value as readonly Value[]).some((item) => isDeeper(item, levels - 1));
  return Object.values(value as ValueMap).some((item) => isDeeper(item, levels - 1));
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function compact(value: Value): string {
  if (Array.isArray(value)) return `[${(value as readonly Value[]).map(compact).join(',')}]`;
  if (isMap(value)) {
    const parts: string[] = [];
    for (const key of Object.keys(value).sort(compareText)) parts.push(`${JSON.stringify(key)}:${compact(value[key] as Value)}`);
    return `{${parts.join(',')}}`;
  }
  return scalar(value as Scalar);
}

function pretty(value: Value, step: string, newline: string): string {
  const inner = newline + step;
  if (Array.isArray(value)) {
    const items = value as readonly Value[];
    if (items.length === 0) return '[]';
    return `[${inner}${items.map((item) => pretty(item, step, inner)).join(`,${inner}`)}${newline}]`;
  }
  if (isMap(value)) {
    const keys = Object.keys(value).sort(compareText);
    if (keys.length === 0) return '{}';
    const lines = keys.map((key) => `${JSON.stringify(key)}: ${pretty(value[key] as Value, step, inner)}`);
    return `{${inner}${lines.join(`,${inner}`)}${newline}}`;
  }
  return scalar(value as Scalar);
}

type Scalar = null | boolean | number | bigint | string;

function scalar(value: Scalar): string {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return JSON.stringify(value);
    return `{"$number":"${String(value)}"}`;
  }
  return JSON.stringify(value);
}

const SPECIAL = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

function reviveNumber(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value === 'number') {
    const source = context?.source;
    const long = source !== undefined && source.length > 15 && /^-?\d+$/.test(source) && !Number.isSafeInteger(value);
    return long ? BigInt(source) : value;
  }
  if (typeof value === 'object' && value !== null) {
    const special = (value as { $number?: unknown }).$number;
    if (typeof special === 'string' && Object.keys(value).length === 1) return SPECIAL.get(special) ?? value;
  }
  return value;
}
