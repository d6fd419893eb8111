import { own } from '../own.ts';
import { nearest } from '../text/nearest.ts';
import { searchError, type Source } from './errors.ts';
import { ATTRIBUTES, type AttributeName, type Field, type MetricPart } from './filter.ts';

/** A field as it was written: `metrics.acc`, `min(metrics.loss)`, `stage`. Offsets are those of the parts. */
export interface WrittenField {
  /** Before the first dot; absent where there is none. */
  readonly entity?: string;
  readonly key: string;
  readonly at: number;
  readonly keyAt: number;
  readonly function?: { readonly name: string; readonly at: number };
}

const ENTITIES: { readonly [word: string]: 'metric' | 'param' | 'tag' | 'attribute' | 'dataset' | 'data' | 'git' } = {
  metric: 'metric',
  metrics: 'metric',
  param: 'param',
  params: 'param',
  parameter: 'param',
  parameters: 'param',
  tag: 'tag',
  tags: 'tag',
  attribute: 'attribute',
  attributes: 'attribute',
  attr: 'attribute',
  run: 'attribute',
  dataset: 'dataset',
  datasets: 'dataset',
  data: 'data',
  git: 'git',
};

const ALIASES: { readonly [name: string]: AttributeName } = {
  id: 'run_id',
  run_name: 'name',
  'run name': 'name',
  'Run name': 'name',
  'Run Name': 'name',
  user_id: 'user',
  parent_id: 'parent',
  parent_run_id: 'parent',
  started: 'start_time',
  created: 'start_time',
  Created: 'start_time',
  ended: 'end_time',
};

const FUNCTIONS: { readonly [name: string]: MetricPart } = { last: 'last', min: 'min', max: 'max', points: 'points' };
const DATASET_KEYS = ['name', 'digest', 'context'] as const;

/** @throws MLO_FILTER where there is no such field, with the nearest one. */
export function resolveField(source: Source, written: WrittenField): Field {
  const field = plainField(source, written);
  if (written.function === undefined) return field;
  const { name, at } = written.function;
  const of = own(FUNCTIONS, name.toLowerCase());
  if (of === undefined) throw unknown(source, at, `There is no function ${JSON.stringify(name)}`, name, Object.keys(FUNCTIONS));
  if (field.kind !== 'metric') throw searchError(source, written.at, `${name}() takes a metric`, `${name}(metrics.loss)`);
  return { ...field, of };
}

function plainField(source: Source, { entity, key, at, keyAt }: WrittenField): Field {
  if (entity === undefined) return attribute(source, key, keyAt);
  const kind = own(ENTITIES, entity);
  if (kind === undefined) {
    throw unknown(source, at, `There is nothing called ${JSON.stringify(entity)}`, entity, [
      'metrics',
      'params',
      'tags',
      'attributes',
      'datasets',
      'data',
      'git',
    ]);
  }
  if (key === '') throw searchError(source, keyAt, `Expected a name after ${JSON.stringify(`${entity}.`)}`, `${entity}."name"`);
  switch (kind) {
    case 'metric':
      return { kind, name: key, of: 'last' };
    case 'param':
    case 'tag':
    case 'data':
      return { kind, name: key };
    case 'git':
      return attribute(source, `git.${key}`, at);
    case 'attribute':
      return attribute(source, key, keyAt);
    case 'dataset': {
      const name = DATASET_KEYS.find((each) => each === key);
      if (name === undefined) throw unknown(source, keyAt, `A dataset has no ${JSON.stringify(key)}`, key, DATASET_KEYS);
      return { kind, name };
    }
  }
}

function attribute(source: Source, key: string, at: number): Field {
  const name = own(ALIASES, key) ?? (Object.hasOwn(ATTRIBUTES, key) ? (key as AttributeName) : undefined);
  if (name !== undefined) return { kind: 'attribute', name };
  const known = [...Object.keys(ATTRIBUTES), ...Object.keys(ALIASES)];
  const message = `A run has no attribute ${JSON.stringify(key)}`;
  if (nearest(key, known) !== undefined || key.includes('.')) throw unknown(source, at, message, key, known);
  throw searchError(source, at, message, `Write metrics.${key}, params.${key} or tags.${key} for what was logged under that name`);
}

function unknown(source: Source, at: number, message: string, word: string, known: readonly string[]): Error {
  const near = nearest(word, known);
  const hint =
    near === undefined ? `Known are ${known.filter((each) => !Object.hasOwn(ALIASES, each)).join(', ')}` : `Did you mean ${near}?`;
  return searchError(source, at, message, hint);
}
