import type { AttributeName, OrderTerm } from '../../core/search/filter.ts';
import { valueOf, type SearchContext } from './condition.ts';
import { sql, type Bound, type Sql } from './sql.ts';

/** What rows are ordered by: `value` of run `r`. */
export interface OrderKey {
  readonly value: Sql;
  readonly descending: boolean;
  /** It is never NULL. */
  readonly always: boolean;
}

/** Where a page ended: values of the keys, then those that decide between equals. */
export interface Position {
  readonly keys: readonly Bound[];
  readonly startedMs: number;
  readonly id: string;
}

export function orderKeys(terms: readonly OrderTerm[], context: SearchContext): readonly OrderKey[] {
  return terms.map(({ field, descending }) => ({
    value: valueOf(field, context),
    descending,
    always: field.kind === 'attribute' && ALWAYS_THERE.has(field.name),
  }));
}

const ALWAYS_THERE: ReadonlySet<AttributeName> = new Set([
  'run_id',
  'name',
  'status',
  'experiment',
  'user',
  'host',
  'start_time',
  'duration',
]);

/** Missing values last; equals: newest first, then by id. The keys are the fourth result column and those after it. */
export function orderBy(keys: readonly OrderKey[]): string {
  const own = keys.map(({ descending, always }, index) => {
    // Without NULLS LAST an index in the other direction serves as well.
    return `${index + 4}${descending ? ' DESC' : ''}${always ? '' : ' NULLS LAST'}`;
  });
  return [...own, 'r.started_ms DESC', 'r.id'].join(', ');
}

/** When a run `r` comes after the position in that order. */
export function comesAfter(keys: readonly OrderKey[], { keys: values, startedMs, id }: Position): Sql {
  const lastly = sql`(r.started_ms < ${startedMs} OR (r.started_ms = ${startedMs} AND r.id > ${id}))`;
  return keys.reduceRight((later, { value, descending }, index) => {
    const bound = values[index] ?? null;
    const tied = sql`(${value} IS ${bound} AND ${later})`;
    if (bound === null) return tied;
    const beyond = descending ? sql`${value} < ${bound}` : sql`${value} > ${bound}`;
    return sql`(${beyond} OR ${value} IS NULL OR ${tied})`;
  }, lastly);
}
