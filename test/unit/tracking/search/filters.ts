import type { AttributeName, CompareOp, Condition, Field, Filter, Literal, OrderTerm } from '../../../../src/core/search/filter.ts';
import { COMMITS, DIGESTS, EXPERIMENTS, INPUTS, METRICS, NUMBERS, PARAMS, STAGES, STATUSES, TAGS, TEXTS } from './sample-runs.ts';
import { fc } from '../../../helpers/properties.ts';

const ORDERED: readonly CompareOp[] = ['=', '!=', '>', '>=', '<', '<='];
const EQUAL: readonly CompareOp[] = ['=', '!='];
const MOMENTS = [
  '2026-11-20',
  '2026-11',
  '2026-11-19 12:00',
  '2026-11-20T12:00:00Z',
  '2026-11-20T12:00:00.000+00:00',
  '3d ago',
  '36 h ago',
  'now',
  'today',
  'yesterday',
];

const from = <T>(values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const metric = (parts: readonly ('last' | 'min' | 'max' | 'points')[]): fc.Arbitrary<Field> =>
  fc.record({ kind: fc.constant('metric'), name: from([...METRICS, 'unknown']), of: from(parts) });
const param: fc.Arbitrary<Field> = fc.record({ kind: fc.constant('param'), name: from([...PARAMS, 'unknown']) });
const attribute = (...names: AttributeName[]): fc.Arbitrary<Field> => fc.record({ kind: fc.constant('attribute'), name: from(names) });
const anyMetric = metric(['last', 'last', 'min', 'max', 'points']);
const tag: fc.Arbitrary<Field> = fc.record({ kind: fc.constant('tag'), name: from([...TAGS, 'unknown']) });
const data: fc.Arbitrary<Field> = fc.record({ kind: fc.constant('data'), name: from([...INPUTS, 'unknown']) });
const dataset: fc.Arbitrary<Field> = fc.record({ kind: fc.constant('dataset'), name: from(['name', 'digest', 'context'] as const) });
const textAttribute = attribute('name', 'stage', 'experiment', 'command', 'reason', 'user', 'host', 'git.branch');

const text = from([...TEXTS, ...STAGES, ...EXPERIMENTS, ...INPUTS, ...METRICS, 'someone', 'main']);
const number = from([...NUMBERS, 2, 1.5]);
const prefixes = from(
  [...COMMITS, ...DIGESTS, 'aaaa', 'aaaa1', 'abcd', 'abc0', '0000', '1234', 'zzzz'].flatMap((id) => [id, id.slice(0, 5)]),
);

/** Pieces of texts with wildcards between them. */
const pattern = fc
  .array(fc.oneof(from(['%', '_', '%', 'ä', 'Ä', 'a', 'A', 'long ']), text), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join(''));

const compare = (field: fc.Arbitrary<Field>, ops: readonly CompareOp[], value: fc.Arbitrary<Literal>): fc.Arbitrary<Condition> =>
  fc.record({ kind: fc.constant('compare'), field, op: from(ops), value });
const listed = (field: fc.Arbitrary<Field>, value: fc.Arbitrary<Literal>): fc.Arbitrary<Condition> =>
  fc.record({ kind: fc.constant('in'), field, values: fc.array(value, { minLength: 1, maxLength: 10 }), negated: fc.boolean() });
const like = (field: fc.Arbitrary<Field>): fc.Arbitrary<Condition> =>
  fc.record({ kind: fc.constant('like'), field, pattern, ignoreCase: fc.boolean(), negated: fc.boolean() });
const isNull = (field: fc.Arbitrary<Field>): fc.Arbitrary<Condition> =>
  fc.record({ kind: fc.constant('null'), field, negated: fc.boolean() });

const texts = fc.oneof(tag, textAttribute, dataset);
const ids = fc.oneof(data, attribute('run_id', 'parent', 'git.commit'));
const status = attribute('status');
const anyAttribute = attribute(
  'run_id',
  'name',
  'status',
  'stage',
  'experiment',
  'parent',
  'user',
  'command',
  'reason',
  'start_time',
  'end_time',
  'duration',
  'git.commit',
  'git.branch',
  'git.dirty',
);

const condition: fc.Arbitrary<Condition> = fc.oneof(
  compare(anyMetric, ORDERED, number),
  compare(anyMetric, ORDERED, number),
  listed(anyMetric, number),
  fc.record({ kind: fc.constant('nan'), field: metric(['last']), negated: fc.boolean() }),
  compare(param, ORDERED, number),
  compare(param, EQUAL, fc.oneof(text, number, fc.boolean())),
  listed(param, fc.oneof(text, number, fc.boolean())),
  like(param),
  compare(texts, EQUAL, text),
  listed(texts, text),
  like(texts),
  compare(ids, EQUAL, prefixes),
  listed(ids, prefixes),
  like(ids),
  compare(status, EQUAL, from(STATUSES)),
  listed(status, from(STATUSES)),
  compare(
    attribute('start_time', 'end_time'),
    ORDERED,
    fc.oneof(from(MOMENTS), from([Date.UTC(2026, 10, 19, 12), Date.UTC(2026, 10, 20, 12)])),
  ),
  compare(attribute('duration'), ORDERED, fc.oneof(from(['1m', '90s', '1m 30s']), from([0, 60, 99.5]))),
  compare(attribute('git.dirty'), EQUAL, fc.boolean()),
  isNull(fc.oneof(anyMetric, param, tag, data, anyAttribute, dataset)),
);

/** Filters as the parser gives them: parts of `and` and `or` are two at least. */
export const filters: fc.Arbitrary<Filter> = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    condition,
    fc.record({ kind: fc.constant('and' as const), parts: fc.array(tie('filter'), { minLength: 2, maxLength: 3 }) }),
    fc.record({ kind: fc.constant('or' as const), parts: fc.array(tie('filter'), { minLength: 2, maxLength: 3 }) }),
    fc.record({ kind: fc.constant('not' as const), part: tie('filter') }),
  ),
})).filter;

export const orders: fc.Arbitrary<readonly OrderTerm[]> = fc.array(
  fc.record({ field: fc.oneof(anyMetric, anyMetric, param, tag, data, anyAttribute), descending: fc.boolean() }),
  { maxLength: 3 },
);
