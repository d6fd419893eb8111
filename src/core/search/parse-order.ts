import { cursorOver, type Cursor } from './cursor.ts';
import { searchError } from './errors.ts';
import type { Field, OrderTerm } from './filter.ts';
import { parseField } from './parse-field.ts';

const MOST_TERMS = 10;

/** `metrics.acc DESC, start_time`: ascending where nothing is said. Empty for a text without anything in it. @throws MLO_FILTER */
export function parseOrder(text: string): readonly OrderTerm[] {
  const cursor = cursorOver({ name: 'order', text });
  if (cursor.peek().kind === 'end') return [];
  const terms = [parseTerm(cursor)];
  while (cursor.takeIf(',') !== undefined) terms.push(parseTerm(cursor));
  if (cursor.peek().kind !== 'end') cursor.expected('ASC, DESC, a comma or the end');
  if (terms.length > MOST_TERMS) throw searchError(cursor.source, 0, `An order has at most ${MOST_TERMS} terms`);
  return terms;
}

function parseTerm(cursor: Cursor): OrderTerm {
  const { at } = cursor.peek();
  const field = parseField(cursor);
  if (field.kind === 'dataset') throw searchError(cursor.source, at, 'A run may have several datasets: they give no order');
  const descending = cursor.takeIf('DESC') !== undefined;
  if (!descending) cursor.takeIf('ASC');
  return { field, descending };
}

/** `metrics.acc, params.lr`: what a table is to show. @throws MLO_FILTER */
export function parseColumns(text: string): readonly Field[] {
  const cursor = cursorOver({ name: 'columns', text });
  if (cursor.peek().kind === 'end') return [];
  const fields = [parseField(cursor)];
  while (cursor.takeIf(',') !== undefined) fields.push(parseField(cursor));
  if (cursor.peek().kind !== 'end') cursor.expected('a comma or the end');
  return fields;
}
