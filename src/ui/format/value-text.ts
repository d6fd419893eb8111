import type { Value } from '../../core/value.ts';
import { printable } from './printable.ts';

const PLAIN_WORD = /^[\p{L}\p{N}_./@:+-][\p{L}\p{N}_./@:+ -]*$/u;
const NUMBER_LIKE = /^[-+.]?\d|^(?:true|false|null|~|yes|no|on|off|\.nan|\.inf)$/i;

/** One value on one line, as YAML flow text: strings are quoted only where they could be read as something else. */
export function valueText(value: Value): string {
  if (typeof value === 'string') return isPlain(value) ? value : printable(JSON.stringify(value));
  if (value === null || typeof value !== 'object') return scalarText(value);
  if (isList(value)) return `[${value.map(valueText).join(', ')}]`;
  const entries = Object.entries(value).map(([key, item]) => `${valueText(key)}: ${valueText(item)}`);
  return entries.length === 0 ? '{}' : `{${entries.join(', ')}}`;
}

/** Nested maps and lists as indented lines. */
export function valueLines(value: Value, indent = ''): string[] {
  if (isList(value) && value.length > 0) return value.flatMap((item) => itemLines(item, indent));
  if (typeof value === 'object' && value !== null && !isList(value) && Object.keys(value).length > 0) {
    return Object.entries(value).flatMap(([key, item]) => prefixed(`${indent}${valueText(key)}:`, item, `${indent}  `));
  }
  return [indent + valueText(value)];
}

/** A map or list starts on the line of its dash. */
function itemLines(item: Value, indent: string): string[] {
  if (typeof item !== 'object' || item === null || Object.keys(item).length === 0) return prefixed(`${indent}-`, item, `${indent}  `);
  const [first = '', ...rest] = valueLines(item, `${indent}  `);
  return [`${indent}- ${first.trimStart()}`, ...rest];
}

function prefixed(prefix: string, item: Value, indent: string): string[] {
  if (typeof item === 'string' && item.includes('\n')) {
    return [
      `${prefix} |`,
      ...item
        .replace(/\n$/, '')
        .split('\n')
        .map((line) => indent + printable(line)),
    ];
  }
  const nested = typeof item === 'object' && item !== null && Object.keys(item).length > 0;
  return nested ? [prefix, ...valueLines(item, indent)] : [`${prefix} ${valueText(item)}`];
}

function scalarText(value: null | boolean | number | bigint): string {
  if (typeof value !== 'number' || Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return '.nan';
  return value > 0 ? '.inf' : '-.inf';
}

function isPlain(text: string): boolean {
  return PLAIN_WORD.test(text) && !text.endsWith(' ') && !text.includes(': ') && !NUMBER_LIKE.test(text);
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}
