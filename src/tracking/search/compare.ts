import type { AttributeType, CompareOp, Condition } from '../../core/search/filter.ts';
import { parseMoment, parseSpanOfTime } from '../../core/search/moments.ts';
import { anyOf, allOf, listOf, NEVER, sql, type Sql } from './sql.ts';
import { beginsOtherwise, beginsWith, equalsAny, likes } from './text-match.ts';

// Each function says when a value of one row fits a condition; NULL where there is no value.

/** The operators as SQL has them. */
const OPERATORS: { readonly [op in CompareOp]: Sql } = {
  '=': sql`=`,
  '!=': sql`!=`,
  '>': sql`>`,
  '>=': sql`>=`,
  '<': sql`<`,
  '<=': sql`<=`,
};

/** A number; conditions hold for numbers only (see core/search/check-condition.ts). */
export function numberFits(column: Sql, condition: Condition): Sql {
  switch (condition.kind) {
    case 'compare':
      return typeof condition.value === 'number' ? sql`${column} ${OPERATORS[condition.op]} ${condition.value}` : NEVER;
    case 'in': {
      const list = listOf(condition.values.filter((value) => typeof value === 'number'));
      return condition.negated ? sql`${column} NOT IN (${list})` : sql`${column} IN (${list})`;
    }
    default:
      throw new Error(`a number is not compared by ${condition.kind}`);
  }
}

export function textFits(column: Sql, condition: Condition): Sql {
  switch (condition.kind) {
    case 'compare':
      return condition.op === '=' ? sql`${column} = ${String(condition.value)}` : sql`${column} != ${String(condition.value)}`;
    case 'in': {
      const found = equalsAny(column, condition.values.map(String));
      return condition.negated ? sql`NOT ${found}` : found;
    }
    case 'like': {
      const found = likes(column, condition.pattern, condition.ignoreCase);
      return condition.negated ? sql`NOT (${found})` : found;
    }
    default:
      throw new Error(`a text is not compared by ${condition.kind}`);
  }
}

/** The beginning of an id stands for all of it. */
export function idFits(column: Sql, condition: Condition): Sql {
  switch (condition.kind) {
    case 'compare': {
      const prefix = String(condition.value);
      return condition.op === '=' ? beginsWith(column, prefix) : beginsOtherwise(column, prefix);
    }
    case 'in': {
      const prefixes = condition.values.map(String);
      return condition.negated
        ? allOf(prefixes.map((prefix) => beginsOtherwise(column, prefix)))
        : anyOf(prefixes.map((prefix) => beginsWith(column, prefix)));
    }
    default:
      return textFits(column, condition);
  }
}

/** A text such as a date is a span: `=` within it, `>` after its end, `<` before its start. */
function timeFits(column: Sql, condition: Condition, nowMs: number): Sql {
  if (condition.kind !== 'compare' || typeof condition.value !== 'string') return numberFits(column, condition);
  const span = parseMoment(condition.value, nowMs);
  if (span === undefined) throw new Error(`${condition.value} is no time`);
  switch (condition.op) {
    case '=':
      return sql`(${column} >= ${span.fromMs} AND ${column} < ${span.toMs})`;
    case '!=':
      return sql`(${column} < ${span.fromMs} OR ${column} >= ${span.toMs})`;
    case '>':
      return sql`${column} >= ${span.toMs}`;
    case '>=':
      return sql`${column} >= ${span.fromMs}`;
    case '<':
      return sql`${column} < ${span.fromMs}`;
    case '<=':
      return sql`${column} < ${span.toMs}`;
  }
}

/** `column` is in milliseconds, the condition in seconds or as `5m`. */
function durationFits(column: Sql, condition: Condition): Sql {
  if (condition.kind !== 'compare') return numberFits(column, condition);
  const ms = typeof condition.value === 'string' ? parseSpanOfTime(condition.value) : Number(condition.value) * 1000;
  if (ms === undefined) throw new Error(`${String(condition.value)} is no duration`);
  return sql`${column} ${OPERATORS[condition.op]} ${ms}`;
}

function flagFits(column: Sql, condition: Condition): Sql {
  if (condition.kind !== 'compare') throw new Error(`a flag is not compared by ${condition.kind}`);
  return sql`${column} ${OPERATORS[condition.op]} ${condition.value === true ? 1 : 0}`;
}

export function typedFits(type: AttributeType, column: Sql, condition: Condition, nowMs: number): Sql {
  switch (type) {
    case 'text':
    case 'status':
      return textFits(column, condition);
    case 'id':
      return idFits(column, condition);
    case 'time':
      return timeFits(column, condition, nowMs);
    case 'duration':
      return durationFits(column, condition);
    case 'flag':
      return flagFits(column, condition);
  }
}
