import { canonicalJson } from '../encoding/canonical-json.ts';
import type { MetricDirection } from '../metrics/direction.ts';
import type { Value } from '../value.ts';
import { SECTIONS, type Fact, type Section } from './facts.ts';

export interface CompareRow {
  readonly section: Section;
  /** Of a stage's: `stage: key`, where other stages have another value under the same key. */
  readonly key: string;
  /** One for each run; absent where a run has none. */
  readonly values: readonly (Value | undefined)[];
  readonly differs: boolean;
  /** Metrics: each less that of the first run; absent where one of the two is no number. */
  readonly deltas?: readonly (number | undefined)[];
  /** Metrics whose direction is known: the runs with the best value, by index. */
  readonly best?: readonly number[];
}

/** What is known of each run, side by side: a row for each key, in the order of the sections, then of the keys. */
export function compareRows(
  runs: readonly (readonly Fact[])[],
  directionOf: (metric: string) => MetricDirection | undefined,
): CompareRow[] {
  return SECTIONS.flatMap((section) => {
    const own = runs.map((facts) => facts.filter((fact) => fact.section === section));
    const shared = ambiguousKeys(own);
    const named = own.map((facts) => new Map(facts.map((fact) => [nameOf(fact, shared), fact])));
    const keys = [...new Set(named.flatMap((facts) => [...facts.keys()]))].sort();
    return keys.map((key) => {
      const facts = named.map((run) => run.get(key));
      const values = facts.map((fact) => fact?.value);
      const row = { section, key, values, differs: differ(values) };
      const metric = facts.find((fact) => fact !== undefined)?.key ?? key;
      return section === 'metrics' ? { ...row, ...metricMarks(values, directionOf(metric)) } : row;
    });
  });
}

/** Keys that several stages of one run have with different values: only there the stage must be named. */
function ambiguousKeys(runs: readonly (readonly Fact[])[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const facts of runs) {
    for (const [key, same] of Map.groupBy(facts, (fact) => fact.key)) {
      if (differ(same.map((fact) => fact.value))) found.add(key);
    }
  }
  return found;
}

function nameOf({ key, stage }: Fact, shared: ReadonlySet<string>): string {
  return stage === undefined || !shared.has(key) ? key : `${stage}: ${key}`;
}

function differ(values: readonly (Value | undefined)[]): boolean {
  return new Set(values.map((value) => (value === undefined ? undefined : canonicalJson(value)))).size > 1;
}

function metricMarks(values: readonly (Value | undefined)[], direction: MetricDirection | undefined): Pick<CompareRow, 'deltas' | 'best'> {
  const numbers = values.map((value) => (typeof value === 'number' && !Number.isNaN(value) ? value : undefined));
  const [first] = numbers;
  const deltas = numbers.map((value) => (value === undefined || first === undefined ? undefined : value - first));
  const known = numbers.filter((value) => value !== undefined);
  if (direction === undefined || new Set(known).size < 2) return { deltas };
  const top = known.reduce(direction === 'higher' ? (a, b) => Math.max(a, b) : (a, b) => Math.min(a, b));
  return { deltas, best: numbers.flatMap((value, index) => (value === top ? [index] : [])) };
}
