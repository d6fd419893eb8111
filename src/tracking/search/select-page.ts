import type { Connection } from '../connection.ts';
import { comesAfter, orderBy, type OrderKey, type Position } from './order.ts';
import { allOf, listOf, sql, type Bound, type Sql } from './sql.ts';

export interface FoundRow extends Position {
  /** Local number of the run. */
  readonly seq: number;
}

/** Which runs `r`, in which order, from where on. */
export interface PageQuery {
  readonly keys: readonly OrderKey[];
  readonly where: Sql;
  readonly after?: Position;
  readonly limit: number;
}

/** `from` joins the runs as `r`. */
export function selectPage(db: Connection, from: Sql, { keys, where, after, limit }: PageQuery): readonly FoundRow[] {
  const columns = listOf([sql`r.seq`, sql`r.started_ms`, sql`r.id`, ...keys.map((key) => key.value)]);
  const conditions = after === undefined ? where : allOf([where, comesAfter(keys, after)]);
  const { text, values } = sql`SELECT ${columns} FROM ${from} WHERE ${conditions}`;
  const rows = db
    .prepare(`${text} ORDER BY ${orderBy(keys)} LIMIT ?`)
    .raw()
    .all(...values, limit) as [number, number, string, ...Bound[]][];
  return rows.map(([seq, startedMs, id, ...own]) => ({ seq, startedMs, id, keys: own }));
}

/** The single value of a query; undefined where it finds none. */
export function selectValue(db: Connection, { text, values }: Sql): Bound | undefined {
  return db
    .prepare(text)
    .pluck()
    .get(...values) as Bound | undefined;
}
