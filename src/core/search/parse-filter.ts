import { checkCondition } from './check-condition.ts';
import { cursorOver, type Cursor } from './cursor.ts';
import { searchError } from './errors.ts';
import type { CompareOp, Condition, Filter, Literal } from './filter.ts';
import type { Token } from './lexer.ts';
import { parseField } from './parse-field.ts';

const COMPARISONS: readonly string[] = ['=', '!=', '>', '>=', '<', '<='] satisfies readonly CompareOp[];
const MISTAKEN: { readonly [op: string]: string } = { '==': '=', '<>': '!=', '=>': '>=', '=<': '<=', '!': '!=' };
const DEEPEST = 100;
const MOST_CONDITIONS = 500;
/** Each is a value to bind, up to three times in a statement: SQLite takes 32,766. */
const MOST_VALUES = 5_000;

/**
 * `metrics.acc > 0.9 AND (params.lr IN (0.1, 0.01) OR NOT tags.kind = 'test')`; NOT binds before AND, AND before OR.
 * Undefined for a text without anything in it: every run. @throws MLO_FILTER at the character where it stops making sense
 */
export function parseFilter(text: string): Filter | undefined {
  const cursor = cursorOver({ name: 'filter', text });
  if (cursor.peek().kind === 'end') return undefined;
  const count = { conditions: 0, values: 0 };
  const filter = parseOr(cursor, count, 0);
  if (cursor.peek().kind !== 'end') cursor.expected('AND, OR or the end', cursor.isNext(')') ? 'There is no ( for this )' : undefined);
  return filter;
}

interface Count {
  conditions: number;
  values: number;
}

function parseOr(cursor: Cursor, count: Count, depth: number): Filter {
  if (depth > DEEPEST) throw searchError(cursor.source, cursor.peek().at, `Parentheses and NOT are nested more than ${DEEPEST} deep`);
  return parseChain('or', 'OR', cursor, () => parseChain('and', 'AND', cursor, () => parseNot(cursor, count, depth)));
}

function parseChain(kind: 'and' | 'or', word: string, cursor: Cursor, parsePart: () => Filter): Filter {
  const first = parsePart();
  const parts = [first];
  while (cursor.takeIf(word) !== undefined) parts.push(parsePart());
  return parts.length === 1 ? first : { kind, parts };
}

function parseNot(cursor: Cursor, count: Count, depth: number): Filter {
  if (depth > DEEPEST) throw searchError(cursor.source, cursor.peek().at, `Parentheses and NOT are nested more than ${DEEPEST} deep`);
  if (cursor.takeIf('NOT') !== undefined) return { kind: 'not', part: parseNot(cursor, count, depth + 1) };
  if (cursor.takeIf('(') === undefined) return parseCondition(cursor, count);
  const inside = parseOr(cursor, count, depth + 1);
  if (cursor.takeIf(')') === undefined) cursor.expected(') or AND or OR');
  return inside;
}

function parseCondition(cursor: Cursor, count: Count): Condition {
  count.conditions += 1;
  if (count.conditions > MOST_CONDITIONS)
    throw searchError(cursor.source, cursor.peek().at, `A filter has at most ${MOST_CONDITIONS} conditions`);
  const field = parseField(cursor);
  const opAt = cursor.peek().at;
  const op = cursor.peek();
  if (op.kind === 'operator') {
    if (!COMPARISONS.includes(op.text)) {
      const meant = MISTAKEN[op.text];
      throw searchError(cursor.source, opAt, `There is no operator ${op.text}`, meant === undefined ? undefined : `Did you mean ${meant}?`);
    }
    cursor.take();
    const [value, at] = parseValue(cursor);
    return checkCondition(cursor.source, { kind: 'compare', field, op: op.text as CompareOp, value }, { opAt, valuesAt: [at] });
  }
  if (cursor.takeIf('IS') !== undefined) {
    const negated = cursor.takeIf('NOT') !== undefined;
    const kind = cursor.takeIf('NULL') !== undefined ? 'null' : cursor.takeIf('NAN') !== undefined ? 'nan' : cursor.expected('NULL or NAN');
    return checkCondition(cursor.source, { kind, field, negated }, { opAt, valuesAt: [] });
  }
  const negated = cursor.takeIf('NOT') !== undefined;
  const like = cursor.takeIf('LIKE') ?? cursor.takeIf('ILIKE');
  if (like !== undefined) {
    const pattern = cursor.peek();
    if (!isText(pattern))
      return cursor.expected(`a text in quotes after ${like.text.toUpperCase()}`, '% stands for any characters, _ for one');
    cursor.take();
    const condition = { kind: 'like', field, pattern: pattern.text, ignoreCase: like.text.toUpperCase() === 'ILIKE', negated } as const;
    return checkCondition(cursor.source, condition, { opAt, valuesAt: [pattern.at] });
  }
  if (cursor.takeIf('IN') !== undefined) {
    const list = parseList(cursor, count);
    const condition = { kind: 'in', field, values: list.map(([value]) => value), negated } as const;
    return checkCondition(cursor.source, condition, { opAt, valuesAt: list.map(([, at]) => at) });
  }
  if (negated) return cursor.expected('LIKE, ILIKE or IN after NOT');
  if (cursor.isNext('BETWEEN')) return cursor.expected('an operator', 'Instead of BETWEEN write: field >= 1 AND field <= 2');
  return cursor.expected('an operator', '= != > >= < <= LIKE ILIKE IN (…) IS NULL');
}

function parseList(cursor: Cursor, count: Count): readonly (readonly [Literal, at: number])[] {
  if (cursor.takeIf('(') === undefined) cursor.expected('( after IN', "params.model IN ('small', 'large')");
  const values = [parseValue(cursor)];
  while (cursor.takeIf(',') !== undefined) values.push(parseValue(cursor));
  if (cursor.takeIf(')') === undefined) cursor.expected(') or ,');
  count.values += values.length;
  if (count.values > MOST_VALUES)
    throw searchError(cursor.source, values[0]?.[1] ?? 0, `The lists of a filter have at most ${MOST_VALUES} values`);
  return values;
}

function parseValue(cursor: Cursor): readonly [Literal, at: number] {
  const token = cursor.peek();
  const value = token.kind === 'number' ? token.value : isText(token) ? token.text : booleanOf(token);
  if (value === undefined) return cursor.expected("a value: 0.5, 'text', true", valueHint(token));
  cursor.take();
  return [value, token.at];
}

function isText(token: Token): boolean {
  return token.kind === 'quoted' && token.quote !== '`';
}

function booleanOf(token: Token): boolean | undefined {
  if (token.kind !== 'word') return undefined;
  return { TRUE: true, FALSE: false }[token.text.toUpperCase()];
}

function valueHint(token: Token): string | undefined {
  if (token.kind !== 'word') return undefined;
  if (/^nan$/i.test(token.text)) return 'No comparison holds for NaN: write IS NAN';
  if (/^(?:null|none)$/i.test(token.text)) return 'Write IS NULL';
  return `Write '${token.text}' in quotes`;
}
