import { parse, TomlDate, TomlError } from 'smol-toml';
import { DEEPEST, TOO_DEEP } from './deepest.ts';
import type { MapEntry, SourceNode } from './node.ts';
import type { ParsedSource } from './parsed-source.ts';
import { SourceText } from './source-text.ts';
import { tomlKeys } from './toml-keys.ts';

const MARK = '\uFEFF';

/**
 * TOML 1.0. Integers that a double cannot hold are bigint, `1.0` is a float, dates and times are strings as in YAML (without zeros at the end
 * of their fractions). Positions are those of the lines with keys; stops at the first error.
 */
export function parseTomlSource(file: string, text: string): ParsedSource {
  const source = new SourceText(file, text);
  const place = { from: source, start: 0, end: 0 };
  try {
    const values = parse(text.startsWith(MARK) ? text.slice(1) : text, { integersAsBigInt: true });
    if (isDeeper(values, DEEPEST))
      return { source, root: { kind: 'scalar', value: null, ...place }, problems: [source.problem(0, TOO_DEEP)] };
    const keys = tomlKeys(text);
    return { source, root: toNode(values, '', { source, keys }), problems: [] };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [what = ''] = error.message.replace('Invalid TOML document: ', '').split('\n');
    const offset = offsetOf(text, error.line, error.column);
    return {
      source,
      root: { kind: 'scalar', value: null, ...place },
      problems: [source.problem(offset, `'${file}' is not valid TOML: ${what}`)],
    };
  }
}

interface Places {
  readonly source: SourceText;
  readonly keys: ReadonlyMap<string, number>;
}

/** `path`: JSON of the keys so far. */
function toNode(value: unknown, path: string, places: Places): SourceNode {
  const start = places.keys.get(path) ?? 0;
  const at = { from: places.source, start, end: start };
  if (Array.isArray(value))
    return { kind: 'list', items: value.map((item: unknown, index) => toNode(item, `${path}\n${index}`, places)), ...at };
  if (value instanceof TomlDate) return { kind: 'scalar', value: dateText(value), ...at };
  if (typeof value === 'bigint') {
    const number = Number(value);
    return { kind: 'scalar', value: Number.isSafeInteger(number) ? number : value, written: String(value), ...at };
  }
  if (typeof value === 'number') return { kind: 'scalar', value, written: floatText(value), float: true, ...at };
  if (typeof value === 'string' || typeof value === 'boolean') return { kind: 'scalar', value, ...at };
  const entries = new Map<string, MapEntry>();
  for (const [key, inner] of Object.entries(value as object)) {
    const below = path === '' ? key : `${path}\n${key}`;
    const keyStart = places.keys.get(below) ?? start;
    entries.set(key, { key, keyStart, keyEnd: keyStart, node: toNode(inner, below, places) });
  }
  return { kind: 'map', entries, ...at };
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null || value instanceof TomlDate) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

function floatText(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? `${value}.0` : String(value);
}

function dateText(date: TomlDate): string {
  return date.toISOString().replace(/\.(\d*?)0+(?=Z|[+-]|$)/, (_, digits: string) => (digits === '' ? '' : `.${digits}`));
}

/** `line` and `column` from 1. */
function offsetOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let number = 1; number < line; number += 1) start = text.indexOf('\n', start) + 1;
  return Math.min(text.length, start + column - 1);
}
