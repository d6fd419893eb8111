import type { Condition, Literal } from '../../core/search/filter.ts';
import { numberFits, textFits } from './compare.ts';
import { allOf, anyOf, sql, type Sql } from './sql.ts';
import { beginsWith, equalsAny, equalsAnyByIndex, indexedPart, literalPrefix } from './text-match.ts';

/** What a param is as text: a text itself, anything else as canonical JSON. `x` is a row of `params`. */
export const PARAM_TEXT = sql`CASE WHEN substr(x.json, 1, 1) = '"' THEN json_extract(x.json, '$') ELSE x.json END`;

/**
 * When a row `x` of `params` fits: a number compares with params that are numbers, a text or a flag with the text of any.
 * `byIndex`: with what an index on values can find.
 */
export function paramFits(condition: Condition, byIndex: boolean): Sql {
  const number = byIndex ? sql`x.number` : sql`+x.number`;
  switch (condition.kind) {
    case 'compare': {
      if (typeof condition.value === 'number') return numberFits(number, condition);
      const same = textIsAnyOf([condition.value], byIndex);
      return condition.op === '=' ? same : sql`NOT ${same}`;
    }
    case 'in': {
      const numbers = condition.values.filter((value) => typeof value === 'number');
      const texts = condition.values.filter((value) => typeof value !== 'number');
      const fits = [
        ...(numbers.length === 0 ? [] : [numberFits(number, { ...condition, values: numbers })]),
        ...(texts.length === 0 ? [] : [condition.negated ? sql`NOT ${textIsAnyOf(texts, byIndex)}` : textIsAnyOf(texts, byIndex)]),
      ];
      return condition.negated ? allOf(fits) : anyOf(fits);
    }
    case 'like': {
      const prefix = !byIndex || condition.negated || condition.ignoreCase ? '' : literalPrefix(condition.pattern);
      const fits = textFits(PARAM_TEXT, condition);
      return prefix === '' ? fits : sql`(${textBegins(prefix)} AND ${fits})`;
    }
    default:
      throw new Error(`a param is not compared by ${condition.kind}`);
  }
}

function textIsAnyOf(values: readonly Literal[], byIndex: boolean): Sql {
  const jsons = values.flatMap((value) => jsonsOf(String(value)));
  return byIndex ? equalsAnyByIndex(sql`x.json`, jsons) : equalsAny(sql`+x.json`, jsons);
}

/** The canonical JSONs of all values with this text. One that begins with a quote is that of a text, never itself one. */
function jsonsOf(text: string): readonly string[] {
  return text.startsWith('"') ? [JSON.stringify(text)] : [JSON.stringify(text), text];
}

function textBegins(prefix: string): Sql {
  const begin = (json: string): Sql => beginsWith(sql`substr(x.json, 1, 40)`, indexedPart(json));
  return anyOf([begin(JSON.stringify(prefix).slice(0, -1)), ...(prefix.startsWith('"') ? [] : [begin(prefix)])]);
}
