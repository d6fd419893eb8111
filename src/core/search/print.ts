import type { Condition, Field, Filter, Literal, OrderTerm } from './filter.ts';

const PLAIN_KEY = /^[\p{L}_][\p{L}\p{N}_/-]*(?:\.[\p{L}\p{N}_/-]+)*$/u;

/** A text that is parsed to the same filter. */
export function printFilter(filter: Filter): string {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.parts.map(printPart).join(filter.kind === 'and' ? ' AND ' : ' OR ');
    case 'not':
      return `NOT ${printPart(filter.part)}`;
    default:
      return printCondition(filter);
  }
}

export function printOrder(terms: readonly OrderTerm[]): string {
  return terms.map(({ field, descending }) => printField(field) + (descending ? ' DESC' : '')).join(', ');
}

/** As people write it: `metrics.acc`, `min(metrics.loss)`, `stage`. */
export function printField(field: Field): string {
  switch (field.kind) {
    case 'metric': {
      const name = `metrics.${printKey(field.name)}`;
      return field.of === 'last' ? name : `${field.of}(${name})`;
    }
    case 'param':
      return `params.${printKey(field.name)}`;
    case 'tag':
      return `tags.${printKey(field.name)}`;
    case 'data':
      return `data.${printKey(field.name)}`;
    case 'dataset':
      return `datasets.${field.name}`;
    case 'attribute':
      return field.name;
  }
}

function printPart(filter: Filter): string {
  return filter.kind === 'and' || filter.kind === 'or' ? `(${printFilter(filter)})` : printFilter(filter);
}

function printCondition(condition: Condition): string {
  const field = printField(condition.field);
  switch (condition.kind) {
    case 'compare':
      return `${field} ${condition.op} ${printLiteral(condition.value)}`;
    case 'like':
      return `${field} ${condition.negated ? 'NOT ' : ''}${condition.ignoreCase ? 'ILIKE' : 'LIKE'} ${printLiteral(condition.pattern)}`;
    case 'in':
      return `${field} ${condition.negated ? 'NOT ' : ''}IN (${condition.values.map(printLiteral).join(', ')})`;
    case 'null':
      return `${field} IS ${condition.negated ? 'NOT ' : ''}NULL`;
    case 'nan':
      return `${field} IS ${condition.negated ? 'NOT ' : ''}NAN`;
  }
}

function printLiteral(value: Literal): string {
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  if (typeof value === 'number' && !Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return String(value);
}

function printKey(key: string): string {
  return PLAIN_KEY.test(key) ? key : `"${key.replaceAll('"', '""')}"`;
}
