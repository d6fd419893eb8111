import { canonicalJson } from '../encoding/canonical-json.ts';
import type { Value } from '../value.ts';
import { uniqueFields, type Field } from './filter.ts';

/** What a table of runs can show of one. */
export interface TableRun {
  readonly params: { readonly [key: string]: Value };
  readonly metrics: { readonly [name: string]: { readonly value: number } };
}

/** Columns beyond these would be too many to see anything. */
const MOST_METRICS = 5;
const MOST_PARAMS = 5;

/** Usage of the machine says little about which run is better. */
const SYSTEM_METRIC = /^system\//;

/** What tells the runs apart: metrics, then params, whose values are not all the same. */
export function differingFields(runs: readonly TableRun[]): readonly Field[] {
  const metrics = differing(
    runs.map((run) => run.metrics),
    ({ value }) => String(value),
  ).filter((name) => !SYSTEM_METRIC.test(name));
  const params = differing(
    runs.map((run) => run.params),
    canonicalJson,
  );
  return uniqueFields([
    ...metrics.slice(0, MOST_METRICS).map((name): Field => ({ kind: 'metric', name, of: 'last' })),
    ...params.slice(0, MOST_PARAMS).map((name): Field => ({ kind: 'param', name })),
  ]);
}

function differing<T>(maps: readonly { readonly [key: string]: T }[], textOf: (value: T) => string): readonly string[] {
  const keys = new Set(maps.flatMap(Object.keys));
  return [...keys].filter((key) => new Set(maps.map((map) => (Object.hasOwn(map, key) ? textOf(map[key] as T) : undefined))).size > 1);
}
