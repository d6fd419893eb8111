/**
 * A filter as it is understood: names resolved, operators and values checked against what they are applied to.
 * Two-valued: a comparison holds or not, and does not where the run lacks the key; `not` is everything else.
 */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Filter[] }
  | { readonly kind: 'not'; readonly part: Filter }
  | Condition;

export type Condition =
  | { readonly kind: 'compare'; readonly field: Field; readonly op: CompareOp; readonly value: Literal }
  | { readonly kind: 'like'; readonly field: Field; readonly pattern: string; readonly ignoreCase: boolean; readonly negated: boolean }
  | { readonly kind: 'in'; readonly field: Field; readonly values: readonly Literal[]; readonly negated: boolean }
  | { readonly kind: 'null'; readonly field: Field; readonly negated: boolean }
  | { readonly kind: 'nan'; readonly field: Field; readonly negated: boolean };

export type CompareOp = '=' | '!=' | '>' | '>=' | '<' | '<=';

/** Never NaN. */
export type Literal = string | number | boolean;

/** `of`: which number of a metric's points; `last` is that of the highest step. `data`: the digest of an input, by the input's name. */
export type Field =
  | { readonly kind: 'metric'; readonly name: string; readonly of: MetricPart }
  | { readonly kind: 'param' | 'tag' | 'data'; readonly name: string }
  | { readonly kind: 'attribute'; readonly name: AttributeName }
  | { readonly kind: 'dataset'; readonly name: 'name' | 'digest' | 'context' };

export type MetricPart = 'last' | 'min' | 'max' | 'points';

/**
 * text: any text. id: the beginning of a hexadecimal id stands for all of it. time: Unix milliseconds.
 * duration: seconds. flag: true or false.
 */
export type AttributeType = 'text' | 'id' | 'status' | 'time' | 'duration' | 'flag';

export const ATTRIBUTES = {
  run_id: 'id',
  name: 'text',
  status: 'status',
  stage: 'text',
  experiment: 'text',
  parent: 'id',
  user: 'text',
  host: 'text',
  command: 'text',
  reason: 'text',
  start_time: 'time',
  end_time: 'time',
  duration: 'duration',
  'git.commit': 'id',
  'git.branch': 'text',
  'git.dirty': 'flag',
} as const satisfies { readonly [name: string]: AttributeType };

export type AttributeName = keyof typeof ATTRIBUTES;

/** One key to order by; missing values and NaN come last either way. */
export interface OrderTerm {
  readonly field: Field;
  readonly descending: boolean;
}

/** Those of a filter, once each, in order of appearance. */
export function fieldsOf(filter: Filter): readonly Field[] {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return uniqueFields(filter.parts.flatMap(fieldsOf));
    case 'not':
      return fieldsOf(filter.part);
    default:
      return [filter.field];
  }
}

export function uniqueFields(fields: readonly Field[]): readonly Field[] {
  return [...new Map(fields.map((field) => [JSON.stringify(field), field])).values()];
}
