import type { Value } from '../../../../src/core/value.ts';
import type { RunStatus } from '../../../../src/core/run.ts';
import { fc } from '../../../helpers/properties.ts';

/** A run as the test knows it, next to what is written to the database. */
export interface SampleRun {
  readonly id: string;
  readonly name: string;
  readonly experiment: string;
  /** Index of an earlier run. */
  readonly parent: number | undefined;
  readonly stage: string | undefined;
  readonly status: RunStatus;
  readonly reason: string | undefined;
  readonly startedMs: number;
  readonly endedMs: number | undefined;
  readonly command: string | undefined;
  readonly git: { readonly commit: string; readonly branch?: string; readonly dirty: boolean } | undefined;
  readonly isDeleted: boolean;
  readonly params: { readonly [key: string]: Value };
  /** Values by step. */
  readonly metrics: { readonly [name: string]: readonly number[] };
  readonly tags: { readonly [key: string]: string };
  readonly inputs: readonly { readonly name: string; readonly digest: string; readonly context: string }[];
}

/** Few values, so that conditions and ties often hit; among them what SQL, LIKE, GLOB and JSON treat specially. */
export const TEXTS = [
  '',
  'adam',
  'Adam',
  'ADAM\u{1F600}',
  'ädam',
  'ÄDAM',
  'a_b',
  'a%b',
  'axb',
  '[a]*?',
  "it's",
  'say "hi"',
  '"adam"',
  '0.1',
  'true',
  "'; DROP TABLE runs; --",
  '\u{10FFFF}z',
  `${'long '.repeat(8)}one`,
  `${'long '.repeat(8)}two`,
  'back\\slash',
  'line\nbreak',
];
export const NUMBERS = [0, 0.1, 0.5, 1, -1, 1e-7, 1e300, Infinity, -Infinity, 42];
export const METRICS = ['acc', 'val acc', 'a.b/c', 'q"uo`te', "x' OR 1=1 --"];
export const PARAMS = ['lr', 'model', 'nested.key', 'schlüssel', '"); DELETE FROM runs; --'];
export const TAGS = ['kind', 'mlflow.note.content', 'Ключ', "t'"];
export const INPUTS = ['data/raw.csv', 'data/a b', 'x.y-z'];
export const DIGESTS = ['abcd0000', 'abcd1111', 'abce0000', 'ffff0000'].map((start) => start.padEnd(64, '0'));
export const COMMITS = ['aaaa0000', 'aaaa1111', 'bbbb0000'].map((start) => start.padEnd(40, '0'));
export const STAGES = ['train', 'train@a=1', 'evaluate'];
export const EXPERIMENTS = ['Default', 'iris', "x'; --"];
export const STATUSES: readonly RunStatus[] = ['RUNNING', 'FINISHED', 'FAILED', 'KILLED'];
export const NOW_MS = Date.UTC(2026, 10, 20, 12);
const DAY_MS = 86_400_000;

const text = fc.constantFrom(...TEXTS);
const number = fc.constantFrom(...NUMBERS);
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });
const some = <T>(keys: readonly string[], value: fc.Arbitrary<T>): fc.Arbitrary<{ [key: string]: T }> =>
  fc.dictionary(fc.constantFrom(...keys), value, { noNullPrototype: true, maxKeys: 4 });

const paramValue: fc.Arbitrary<Value> = fc.oneof(
  text,
  number,
  fc.constantFrom<Value>(Number.NaN, true, false, null, 12345678901234567890n, [1, 2], ['adam'], { a: 'adam' }, {}),
);

const run = fc.record({
  id: fc.stringMatching(/^[0-9a-c]{5}$/).map((start) => start.padEnd(32, '0')),
  name: text,
  experiment: fc.constantFrom(...EXPERIMENTS),
  parent: maybe(fc.nat()),
  stage: maybe(fc.constantFrom(...STAGES)),
  status: fc.constantFrom(...STATUSES),
  reason: maybe(text),
  startedMs: fc.oneof(fc.constantFrom(NOW_MS, NOW_MS - DAY_MS), fc.integer({ min: NOW_MS - 20 * DAY_MS, max: NOW_MS })),
  lasted: fc.integer({ min: 0, max: 200_000 }),
  command: maybe(text),
  git: maybe(fc.record({ commit: fc.constantFrom(...COMMITS), branch: fc.constantFrom('main', "feature/'x'"), dirty: fc.boolean() })),
  isDeleted: fc.nat(5).map((roll) => roll === 0),
  params: some(PARAMS, paramValue),
  metrics: some(METRICS, fc.array(fc.oneof(number, fc.constant(Number.NaN)), { minLength: 1, maxLength: 4 })),
  tags: some(TAGS, text),
  inputs: fc.array(
    fc.record({ name: fc.constantFrom(...INPUTS), digest: fc.constantFrom(...DIGESTS), context: fc.constantFrom('', 'train') }),
    { maxLength: 3 },
  ),
});

export const sampleRuns: fc.Arbitrary<readonly SampleRun[]> = fc
  .uniqueArray(run, { selector: ({ id }) => id, minLength: 1, maxLength: 40 })
  .map((runs) =>
    runs.map(({ lasted, ...each }, index) => ({
      ...each,
      parent: each.parent === undefined || index === 0 ? undefined : each.parent % index,
      reason: each.status === 'RUNNING' ? undefined : each.reason,
      endedMs: each.status === 'RUNNING' ? undefined : each.startedMs + lasted,
    })),
  );
