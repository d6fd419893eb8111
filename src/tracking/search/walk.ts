import type { Condition, Field, Filter } from '../../core/search/filter.ts';
import { printField } from '../../core/search/print.ts';
import type { Connection } from '../connection.ts';
import { METRIC_COLUMNS, rowFits, type SearchContext } from './condition.ts';
import { selectPage, selectValue, type FoundRow, type PageQuery } from './select-page.ts';
import { allOf, sql, type Sql } from './sql.ts';
import type { RunSearch } from './types.ts';

/** `complete`: the page is full, or there is nothing more to look at. */
interface Walked {
  readonly rows: readonly FoundRow[];
  readonly complete: boolean;
}

/** Looks at runs in their order, along an index, until the page is full; at about `most` of them. */
export type Walk = (most: number) => Walked;

/** Undefined where no index has the order of the search. */
export function walkOf(db: Connection, search: RunSearch, context: SearchContext, query: PageQuery): Walk | undefined {
  const [term] = search.orderBy ?? [];
  if (term === undefined) return (most) => walkByStart(db, query, most);
  const { field, descending } = term;
  if (field.kind !== 'metric' || field.of === 'points') return undefined;
  return (most) => walkByMetric(db, { field, descending, demanded: conditionsOn(field, search.filter) }, context, query, most);
}

function walkByStart(db: Connection, query: PageQuery, most: number): Walked {
  const from = query.after === undefined ? [] : [sql`r.started_ms <= ${query.after.startedMs}`];
  const edge = isBounded(most)
    ? selectValue(db, sql`SELECT r.started_ms FROM runs r WHERE ${allOf(from)} ORDER BY r.started_ms DESC LIMIT 1 OFFSET ${most}`)
    : undefined;
  const to = edge === undefined ? [] : [sql`r.started_ms >= ${edge}`];
  const rows = selectPage(db, sql`runs r INDEXED BY runs_by_start`, { ...query, where: allOf([...from, ...to, query.where]) });
  return { rows, complete: rows.length === query.limit || edge === undefined };
}

interface MetricOrder {
  readonly field: Field & { readonly kind: 'metric' };
  readonly descending: boolean;
  /** What every run found fulfils with its value of this metric, so that it has one. */
  readonly demanded: readonly Condition[];
}

/** Runs with a value by the index on it, then those without. */
function walkByMetric(
  db: Connection,
  { field, descending, demanded }: MetricOrder,
  context: SearchContext,
  query: PageQuery,
  most: number,
): Walked {
  const column = METRIC_COLUMNS[field.of];
  const startsAt = query.after?.keys[0];
  if (query.after !== undefined && startsAt === null) return { rows: withoutValue(db, field, context, query), complete: true };
  const beyond = (value: Sql): Sql => (descending ? sql`${column} <= ${value}` : sql`${column} >= ${value}`);
  const range = allOf([
    sql`x.name = ${context.nameId(field.name)}`,
    sql`${column} IS NOT NULL`,
    ...(startsAt === undefined || startsAt === null ? [] : [beyond(sql`${startsAt}`)]),
    ...demanded.map((condition) => rowFits(condition, true)),
  ]);
  const direction = descending ? sql`DESC` : sql`ASC`;
  const edge = isBounded(most)
    ? selectValue(db, sql`SELECT ${column} FROM series x WHERE ${range} ORDER BY ${column} ${direction} LIMIT 1 OFFSET ${most}`)
    : undefined;
  // Equals of the last value looked at belong to it: their order is decided by their start.
  const to = edge === undefined ? [] : [descending ? sql`${column} >= ${edge}` : sql`${column} <= ${edge}`];
  const keys = [{ value: column, descending, always: true }, ...query.keys.slice(1)];
  const rows = selectPage(db, sql`series x CROSS JOIN runs r ON r.seq = x.run`, {
    ...query,
    keys,
    where: allOf([range, ...to, query.where]),
  });
  const left = query.limit - rows.length;
  if (left === 0 || edge !== undefined) return { rows, complete: left === 0 };
  if (demanded.length > 0) return { rows, complete: true };
  const { after: _, ...whole } = query;
  return { rows: [...rows, ...withoutValue(db, field, context, { ...whole, limit: left })], complete: true };
}

/** Those without a value come by the other keys. */
function withoutValue(db: Connection, field: MetricOrder['field'], context: SearchContext, query: PageQuery): readonly FoundRow[] {
  const column = METRIC_COLUMNS[field.of];
  const has = sql`EXISTS (SELECT 1 FROM series x WHERE x.run = r.seq AND x.name = ${context.nameId(field.name)} AND +${column} IS NOT NULL)`;
  const keys = query.keys.slice(1);
  const after = query.after === undefined ? {} : { after: { ...query.after, keys: query.after.keys.slice(1) } };
  const from = keys.length === 0 ? sql`runs r INDEXED BY runs_by_start` : sql`runs r`;
  const rows = selectPage(db, from, { limit: query.limit, keys, where: sql`NOT ${has} AND ${query.where}`, ...after });
  return rows.map((row) => ({ ...row, keys: [null, ...row.keys] }));
}

function isBounded(most: number): boolean {
  return most !== Infinity;
}

function conditionsOn(field: Field, filter: Filter | undefined): readonly Condition[] {
  switch (filter?.kind) {
    case 'and':
      return filter.parts.flatMap((part) => conditionsOn(field, part));
    case 'compare':
    case 'in':
      return printField(filter.field) === printField(field) ? [filter] : [];
    default:
      return [];
  }
}
