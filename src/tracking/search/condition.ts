import { ATTRIBUTES, type AttributeName, type Condition, type Field, type Filter, type MetricPart } from '../../core/search/filter.ts';
import { numberFits, textFits, typedFits, idFits } from './compare.ts';
import { PARAM_TEXT, paramFits } from './param-fits.ts';
import { allOf, anyOf, sql, type Sql } from './sql.ts';

export interface SearchContext {
  readonly nowMs: number;
  /** Number of an interned name; -1, which no row has, where it is not known. */
  readonly nameId: (name: string) => number;
}

/** When a run `r` fits the filter. NULL counts as no. */
export function runFits(filter: Filter, context: SearchContext): Sql {
  switch (filter.kind) {
    case 'and':
      return allOf(filter.parts.map((part) => runFits(part, context)));
    case 'or':
      return anyOf(filter.parts.map((part) => runFits(part, context)));
    case 'not':
      return sql`NOT IFNULL(${runFits(filter.part, context)}, 0)`;
    default:
      return conditionHolds(filter, context);
  }
}

function conditionHolds(condition: Condition, context: SearchContext): Sql {
  const { field } = condition;
  if (field.kind === 'attribute') return attributeFits(field.name, condition, context);
  const { from, key } = rowsOf(field, context);
  if (condition.kind === 'null') {
    const exists = sql`EXISTS (SELECT 1 FROM ${from} WHERE x.run = r.seq AND ${key})`;
    return condition.negated ? exists : sql`NOT ${exists}`;
  }
  return sql`EXISTS (SELECT 1 FROM ${from} WHERE x.run = r.seq AND ${key} AND ${rowFits(condition, false)})`;
}

/** The rows `x` of a table that hold a field; each names its run. */
export function rowsOf(field: Exclude<Field, { kind: 'attribute' }>, { nameId }: SearchContext): { readonly from: Sql; readonly key: Sql } {
  switch (field.kind) {
    case 'metric':
      return { from: sql`series x`, key: sql`x.name = ${nameId(field.name)}` };
    case 'param':
      return { from: sql`params x`, key: sql`x.name = ${nameId(field.name)}` };
    case 'tag':
      return { from: sql`tags x`, key: sql`x.key = ${field.name} AND x.value IS NOT NULL` };
    case 'data':
      return { from: sql`inputs x`, key: sql`x.name = ${nameId(field.name)}` };
    case 'dataset':
      return { from: sql`inputs x`, key: sql`1` };
  }
}

/** When a row `x` of those fits. `byIndex`: the index on values is to find it; else that on runs, and the unary + keeps SQLite from the former. */
export function rowFits(condition: Condition, byIndex: boolean): Sql {
  const { field } = condition;
  const read = (column: Sql): Sql => (byIndex ? column : sql`+${column}`);
  switch (field.kind) {
    case 'metric': {
      const column = read(METRIC_COLUMNS[field.of]);
      // NaN is NULL, which no comparison matches.
      if (condition.kind === 'nan') return condition.negated ? sql`${column} IS NOT NULL` : sql`${column} IS NULL`;
      return numberFits(column, condition);
    }
    case 'param':
      return paramFits(condition, byIndex);
    case 'tag':
      return textFits(read(sql`x.value`), condition);
    case 'data':
      return idFits(read(sql`x.digest`), condition);
    case 'dataset':
      return textFits(DATASET_COLUMNS[field.name], condition);
    case 'attribute':
      throw new Error('an attribute is in the row of its run');
  }
}

export const METRIC_COLUMNS: { readonly [part in MetricPart]: Sql } = {
  last: sql`x.last_value`,
  min: sql`x.min_value`,
  max: sql`x.max_value`,
  points: sql`x.points`,
};

const DATASET_COLUMNS = {
  name: sql`(SELECT n.name FROM names n WHERE n.id = x.name)`,
  digest: sql`x.digest`,
  context: sql`x.context`,
};

/** Those that are a column of `runs`. */
const COLUMNS: { readonly [name in Exclude<AttributeName, 'experiment' | 'parent' | 'duration'>]: Sql } = {
  run_id: sql`r.id`,
  name: sql`r.name`,
  status: sql`r.status`,
  stage: sql`r.stage`,
  user: sql`r.user`,
  host: sql`r.host`,
  command: sql`r.command`,
  reason: sql`r.reason`,
  start_time: sql`r.started_ms`,
  end_time: sql`r.ended_ms`,
  'git.commit': sql`r.git_commit`,
  'git.branch': sql`r.git_branch`,
  'git.dirty': sql`r.git_dirty`,
};

export function attributeFits(name: AttributeName, condition: Condition, { nowMs }: SearchContext): Sql {
  if (name === 'parent') return parentFits(condition);
  if (condition.kind === 'null') {
    const column = name === 'duration' || name === 'experiment' ? sql`r.seq` : COLUMNS[name];
    return condition.negated ? sql`${column} IS NOT NULL` : sql`${column} IS NULL`;
  }
  if (name === 'experiment') return sql`r.experiment IN (SELECT e.id FROM experiments e WHERE ${textFits(sql`e.name`, condition)})`;
  return typedFits(ATTRIBUTES[name], name === 'duration' ? durationMs(nowMs) : COLUMNS[name], condition, nowMs);
}

/** A parent that this store does not know yet is one as well. */
function parentFits(condition: Condition): Sql {
  if (condition.kind === 'null') {
    return condition.negated ? sql`(r.parent IS NOT NULL OR r.waits_for IS NOT NULL)` : sql`(r.parent IS NULL AND r.waits_for IS NULL)`;
  }
  return sql`(r.parent IN (SELECT p.seq FROM runs p WHERE ${idFits(sql`p.id`, condition)}) OR ${idFits(sql`r.waits_for`, condition)})`;
}

function durationMs(nowMs: number): Sql {
  return sql`(COALESCE(r.ended_ms, ${nowMs}) - r.started_ms)`;
}

/** The value of a field of run `r`; NULL where it has none, for NaN, and for a dataset, of which there may be several. */
export function valueOf(field: Field, context: SearchContext): Sql {
  if (field.kind === 'attribute') {
    if (field.name === 'experiment') return sql`(SELECT e.name FROM experiments e WHERE e.id = r.experiment)`;
    if (field.name === 'parent') return sql`COALESCE((SELECT p.id FROM runs p WHERE p.seq = r.parent), r.waits_for)`;
    return field.name === 'duration' ? durationMs(context.nowMs) : COLUMNS[field.name];
  }
  const value = rowValue(field);
  if (value === undefined) return NULL;
  const { from, key } = rowsOf(field, context);
  return sql`(SELECT ${value} FROM ${from} WHERE x.run = r.seq AND ${key})`;
}

const NULL = sql`NULL`;

function rowValue(field: Exclude<Field, { kind: 'attribute' }>): Sql | undefined {
  switch (field.kind) {
    case 'metric':
      return METRIC_COLUMNS[field.of];
    case 'param':
      return sql`CASE WHEN x.number IS NOT NULL THEN x.number WHEN x.json = '{"$number":"NaN"}' THEN NULL ELSE ${PARAM_TEXT} END`;
    case 'tag':
      return sql`x.value`;
    case 'data':
      return sql`min(x.digest)`;
    case 'dataset':
      return undefined;
  }
}
