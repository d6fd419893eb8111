import type { Connection } from '../connection.ts';
import { candidates } from './candidates.ts';
import { runFits } from './condition.ts';
import { hydrate } from './hydrate.ts';
import { orderKeys } from './order.ts';
import { pageToken, readPageToken } from './page-token.ts';
import { selectPage, selectValue, type FoundRow } from './select-page.ts';
import { allOf, sql, type Sql } from './sql.ts';
import { defineTextFunctions } from './text-match.ts';
import type { RunPage, RunSearch } from './types.ts';
import { unknownNames } from './unknown-names.ts';
import { walkOf } from './walk.ts';

/** Up to so many runs that one index finds are fetched and sorted; so many runs are looked at in order before another way is tried. */
const FEW = 2_000;

/** Conditions whose findings are intersected. */
const MOST_SETS = 4;

/** One page. The caller holds a transaction, so that all its queries see one state. `few` decides how it is found, never what. @throws MLO_FILTER */
export function searchRuns(db: Connection, search: RunSearch, few = FEW): RunPage {
  defineTextFunctions(db);
  const found = findPage(db, search, few);
  const page = found.slice(0, search.limit);
  const runs = hydrate(
    db,
    page.map((row) => row.seq),
  );
  const last = page.at(-1);
  if (last === undefined) return { runs, unknown: unknownNames(db, search) };
  return { runs, ...(found.length > page.length ? { nextPageToken: pageToken(search, last) } : {}) };
}

/**
 * One row more than the page has, where there are more. Of three ways each is slow where another is fast: sort the few runs that an index
 * finds; look at runs in the order that is asked for until the page is full; sort what the indexes of several conditions have in common.
 */
function findPage(db: Connection, search: RunSearch, few: number): readonly FoundRow[] {
  const context = { nowMs: search.nowMs, nameId: nameIds(db) };
  const after = search.pageToken === undefined ? {} : { after: readPageToken(search, search.pageToken) };
  const where = allOf([...viewOf(search), ...(search.filter === undefined ? [] : [runFits(search.filter, context)])]);
  const query = { keys: orderKeys(search.orderBy ?? [], context), where, limit: search.limit + 1, ...after };
  const narrowing = search.filter === undefined ? [] : candidates(search.filter, context);

  const narrowest = fewest(db, narrowing, few);
  if (narrowest !== undefined) return selectPage(db, oneOf([narrowest]), query);
  const walk = walkOf(db, search, context, query);
  const near = walk?.(few);
  if (near?.complete === true) return near.rows;
  if (narrowing.length > 0) return selectPage(db, oneOf(narrowing.slice(0, MOST_SETS)), query);
  return walk?.(Infinity).rows ?? selectPage(db, sql`runs r`, query);
}

/** The runs that all queries find. CROSS JOIN: these first, then their rows. */
function oneOf(queries: readonly Sql[]): Sql {
  const sets = queries.map((query) => sql`SELECT run FROM (${query})`);
  const common =
    queries.length === 1 ? sql`SELECT DISTINCT run FROM (${sets[0] as Sql})` : sets.reduce((all, one) => sql`${all} INTERSECT ${one}`);
  return sql`(${common}) c CROSS JOIN runs r ON r.seq = c.run`;
}

function viewOf({ view = 'active', topLevel = false }: RunSearch): readonly Sql[] {
  const byView = { active: [sql`r.deleted_ms IS NULL`], deleted: [sql`r.deleted_ms IS NOT NULL`], all: [] }[view];
  return topLevel ? [...byView, sql`r.parent IS NULL`] : byView;
}

/** The query with the fewest findings, if these are few. Counting stops there. */
function fewest(db: Connection, queries: readonly Sql[], few: number): Sql | undefined {
  let best: Sql | undefined;
  let least = few + 1;
  for (const query of queries) {
    const count = Number(selectValue(db, sql`SELECT count(*) FROM (SELECT 1 FROM (${query}) LIMIT ${least})`));
    if (count >= least) continue;
    best = query;
    least = count;
  }
  return best;
}

function nameIds(db: Connection): (name: string) => number {
  const find = db.prepare('SELECT id FROM names WHERE name = ?').pluck();
  return (name) => (find.get(name) as number | undefined) ?? -1;
}
