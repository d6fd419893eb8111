import type { Cursor } from './cursor.ts';
import { searchError } from './errors.ts';
import type { Field } from './filter.ts';
import { resolveField, type WrittenField } from './resolve-field.ts';

const RESERVED = new Set(['AND', 'OR', 'NOT', 'IN', 'IS', 'LIKE', 'ILIKE', 'NULL', 'BETWEEN', 'ASC', 'DESC']);

/** `metrics.acc`, `params."a key"`, `` tags.`k` ``, `stage`, `min(metrics.loss)`. @throws MLO_FILTER */
export function parseField(cursor: Cursor): Field {
  const first = cursor.peek();
  const isCall = first.kind === 'word' && !RESERVED.has(first.text.toUpperCase()) && cursor.isNext('(', 1);
  if (!isCall) return resolveField(cursor.source, parseName(cursor));
  cursor.take();
  cursor.take();
  const name = parseName(cursor);
  if (cursor.takeIf(')') === undefined) cursor.expected(')');
  return resolveField(cursor.source, { ...name, function: { name: first.text, at: first.at } });
}

function parseName(cursor: Cursor): WrittenField {
  const token = cursor.peek();
  if (token.kind === 'quoted' && token.quote !== "'") {
    cursor.take();
    return { key: token.text, at: token.at, keyAt: token.at };
  }
  if (token.kind !== 'word' || RESERVED.has(token.text.toUpperCase()))
    return cursor.expected('a name such as metrics.acc, params.lr or stage');
  cursor.take();
  const dot = token.text.indexOf('.');
  if (dot === -1) return { key: token.text, at: token.at, keyAt: token.at };
  const entity = token.text.slice(0, dot);
  const rest = token.text.slice(dot + 1);
  const next = cursor.peek();
  if (next.kind !== 'quoted' || next.at !== token.end) return { entity, key: rest, at: token.at, keyAt: token.at + dot + 1 };
  if (rest !== '')
    throw searchError(cursor.source, next.at, 'A quote inside a name', `Quote all of the name: ${entity}."${rest}${next.text}"`);
  cursor.take();
  if (next.quote === "'")
    throw searchError(cursor.source, next.at, 'A name stands in double quotes or backticks', `${entity}."${next.text}"`);
  return { entity, key: next.text, at: token.at, keyAt: next.at };
}
