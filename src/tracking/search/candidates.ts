import type { AttributeName, Condition, Filter } from '../../core/search/filter.ts';
import { attributeFits, rowFits, rowsOf, type SearchContext } from './condition.ts';
import { ALWAYS, sql, type Sql } from './sql.ts';
import { beginsWith, equalsAnyByIndex, indexedPart, literalPrefix } from './text-match.ts';

/**
 * Queries for numbers of runs that include all the filter finds, each served by one index; the filter itself must still be checked.
 * Of `and` any part narrows the search, of `or` all parts together; what is negated or served by no index gives none.
 */
export function candidates(filter: Filter, context: SearchContext): readonly Sql[] {
  switch (filter.kind) {
    case 'and':
      return filter.parts.flatMap((part) => candidates(part, context));
    case 'or': {
      const each = filter.parts.map((part) => candidates(part, context)[0]);
      const found = each.filter((one) => one !== undefined);
      return found.length < each.length || found.length > MOST_TOGETHER ? [] : [found.reduce((all, one) => sql`${all} UNION ALL ${one}`)];
    }
    case 'not':
      return [];
    default: {
      const found = candidatesOf(filter, context);
      return found === undefined ? [] : [found];
    }
  }
}

/** SQLite joins up to 500 selects. */
const MOST_TOGETHER = 100;

function candidatesOf(condition: Condition, context: SearchContext): Sql | undefined {
  const { field } = condition;
  if (!isNarrow(condition)) return undefined;
  if (field.kind === 'attribute') {
    if (!INDEXED_ATTRIBUTES.has(field.name) || condition.kind === 'null') return undefined;
    return sql`SELECT r.seq AS run FROM runs r WHERE ${attributeFits(field.name, condition, context)}`;
  }
  if (field.kind === 'dataset' || (field.kind === 'metric' && field.of === 'points')) return undefined;
  const { from, key } = rowsOf(field, context);
  const fits = condition.kind === 'null' ? ALWAYS : field.kind === 'tag' ? tagFits(condition) : rowFits(condition, true);
  return sql`SELECT x.run AS run FROM ${from} WHERE ${key} AND ${fits}`;
}

const INDEXED_ATTRIBUTES: ReadonlySet<AttributeName> = new Set(['run_id', 'stage', 'experiment', 'parent', 'start_time', 'git.commit']);

/** Whether what fits lies together in an index. */
function isNarrow(condition: Condition): boolean {
  switch (condition.kind) {
    case 'compare':
      return condition.op !== '=' ? condition.op !== '!=' && condition.field.kind !== 'tag' : true;
    case 'in':
      return !condition.negated;
    case 'like':
      return !condition.negated && !condition.ignoreCase && literalPrefix(condition.pattern) !== '' && condition.field.kind !== 'attribute';
    case 'null':
      return condition.negated;
    case 'nan':
      return true;
  }
}

/** The index on tags holds the beginning of their values only. */
function tagFits(condition: Condition): Sql {
  const value = sql`x.value`;
  switch (condition.kind) {
    case 'compare':
      return equalsAnyByIndex(value, [String(condition.value)]);
    case 'in':
      return equalsAnyByIndex(value, condition.values.map(String));
    case 'like':
      return beginsWith(sql`substr(${value}, 1, 40)`, indexedPart(literalPrefix(condition.pattern)));
    default:
      throw new Error(`a tag is not compared by ${condition.kind}`);
  }
}
