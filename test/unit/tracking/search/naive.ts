import { canonicalJson } from '../../../../src/core/encoding/canonical-json.ts';
import { ATTRIBUTES, type Condition, type Field, type Filter, type Literal, type OrderTerm } from '../../../../src/core/search/filter.ts';
import { parseMoment, parseSpanOfTime } from '../../../../src/core/search/moments.ts';
import type { Value } from '../../../../src/core/value.ts';
import { NOW_MS, type SampleRun } from './sample-runs.ts';
import { HOST, USER } from './write-samples.ts';

/** What a filter finds, said as simply as possible: over objects, one at a time. */
export function naiveMatches(filter: Filter, run: SampleRun, all: readonly SampleRun[]): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.parts.every((part) => naiveMatches(part, run, all));
    case 'or':
      return filter.parts.some((part) => naiveMatches(part, run, all));
    case 'not':
      return !naiveMatches(filter.part, run, all);
    default: {
      const values = valuesOf(filter.field, run, all);
      if (filter.kind === 'null') return (values.length === 0) !== filter.negated;
      return values.some((value) => fits(filter, value));
    }
  }
}

/** A run has none of some fields and several of `datasets`. NaN is a value. */
function valuesOf(field: Field, run: SampleRun, all: readonly SampleRun[]): readonly Value[] {
  switch (field.kind) {
    case 'metric': {
      const points = Object.hasOwn(run.metrics, field.name) ? run.metrics[field.name] : undefined;
      if (points === undefined) return [];
      const numbers = points.filter((value) => !Number.isNaN(value));
      return {
        last: [points.at(-1) as number],
        points: [points.length],
        min: [Math.min(...numbers, NaN)],
        max: [Math.max(...numbers, NaN)],
      }[field.of].map((value) =>
        field.of === 'min' && numbers.length > 0
          ? Math.min(...numbers)
          : field.of === 'max' && numbers.length > 0
            ? Math.max(...numbers)
            : value,
      );
    }
    case 'param':
      return Object.hasOwn(run.params, field.name) ? [run.params[field.name] as Value] : [];
    case 'tag':
      return Object.hasOwn(run.tags, field.name) ? [run.tags[field.name] as string] : [];
    case 'data':
      return run.inputs.filter(({ name }) => name === field.name).map(({ digest }) => digest);
    case 'dataset':
      return run.inputs.map((input) => input[field.name]);
    case 'attribute': {
      const value = attributeOf(field.name, run, all);
      return value === undefined ? [] : [value];
    }
  }
}

function attributeOf(name: keyof typeof ATTRIBUTES, run: SampleRun, all: readonly SampleRun[]): string | number | boolean | undefined {
  switch (name) {
    case 'run_id':
      return run.id;
    case 'parent':
      return run.parent === undefined ? undefined : all[run.parent]?.id;
    case 'user':
      return USER;
    case 'host':
      return HOST;
    case 'start_time':
      return run.startedMs;
    case 'end_time':
      return run.endedMs;
    case 'duration':
      return ((run.endedMs ?? NOW_MS) - run.startedMs) / 1000;
    case 'git.commit':
      return run.git?.commit;
    case 'git.branch':
      return run.git?.branch;
    case 'git.dirty':
      return run.git?.dirty;
    default:
      return run[name];
  }
}

function fits(condition: Exclude<Condition, { kind: 'null' }>, value: Value): boolean {
  switch (condition.kind) {
    case 'nan':
      return Number.isNaN(value) !== condition.negated;
    case 'in':
      return condition.negated
        ? condition.values.every((each) => compares(condition.field, '!=', value, each))
        : condition.values.some((each) => compares(condition.field, '=', value, each));
    case 'compare':
      return compares(condition.field, condition.op, value, condition.value);
    case 'like':
      return likeMatches(condition.pattern, textOf(value), condition.ignoreCase) !== condition.negated;
  }
}

function compares(field: Field, op: string, value: Value, given: Literal): boolean {
  const type = field.kind === 'attribute' ? ATTRIBUTES[field.name] : field.kind === 'data' ? 'id' : field.kind;
  if (type === 'id') return textOf(value).startsWith(String(given)) === (op === '=');
  if (type === 'time' && typeof given === 'string') {
    const { fromMs, toMs } = parseMoment(given, NOW_MS) as { fromMs: number; toMs: number };
    const ms = value as number;
    return holds(op, ms < fromMs ? -1 : ms >= toMs ? 1 : 0);
  }
  const other = type === 'duration' && typeof given === 'string' ? (parseSpanOfTime(given) as number) / 1000 : given;
  if (typeof other === 'number') {
    const number = typeof value === 'bigint' ? Number(value) : value;
    if (typeof number !== 'number' || Number.isNaN(number)) return false;
    return holds(op, number - other === 0 || number === other ? 0 : number < other ? -1 : 1);
  }
  return holds(op, textOf(value) === String(other) ? 0 : 1);
}

function holds(op: string, order: number): boolean {
  const answers: { readonly [op: string]: boolean } = {
    '=': order === 0,
    '!=': order !== 0,
    '>': order > 0,
    '>=': order >= 0,
    '<': order < 0,
    '<=': order <= 0,
  };
  return answers[op] as boolean;
}

function textOf(value: Value): string {
  return typeof value === 'string' ? value : canonicalJson(value);
}

/** Character by character; letters fold one by one, ASCII ones among themselves only. */
function likeMatches(pattern: string, text: string, ignoreCase: boolean): boolean {
  const fold = (char: string): string =>
    !ignoreCase ? char : char.toUpperCase().length === char.length && char.toUpperCase() !== char ? char.toUpperCase() : char;
  const wanted = Array.from(pattern, fold);
  const given = Array.from(text, fold);
  const known = new Map<number, boolean>();
  const matches = (p: number, t: number): boolean => {
    const key = p * 10_000 + t;
    let answer = known.get(key);
    if (answer === undefined) {
      if (p === wanted.length) answer = t === given.length;
      else if (wanted[p] === '%') answer = matches(p + 1, t) || (t < given.length && matches(p, t + 1));
      else answer = t < given.length && (wanted[p] === '_' || wanted[p] === given[t]) && matches(p + 1, t + 1);
      known.set(key, answer);
    }
    return answer;
  };
  return matches(0, 0);
}

/** By the terms, missing values and NaN last, then newest first, then by id. Numbers come before texts. */
export function naiveOrder(terms: readonly OrderTerm[], runs: readonly SampleRun[], all: readonly SampleRun[]): readonly SampleRun[] {
  return runs.toSorted((a, b) => {
    for (const { field, descending } of terms) {
      const [x, y] = [keyOf(field, a, all), keyOf(field, b, all)];
      if (x === undefined && y === undefined) continue;
      if (x === undefined) return 1;
      if (y === undefined) return -1;
      const order = compareKeys(x, y);
      if (order !== 0) return descending ? -order : order;
    }
    return b.startedMs - a.startedMs || (a.id < b.id ? -1 : 1);
  });
}

function keyOf(field: Field, run: SampleRun, all: readonly SampleRun[]): string | number | undefined {
  const values = valuesOf(field, run, all);
  const value = field.kind === 'data' ? (values as readonly string[]).toSorted()[0] : values[0];
  if (value === undefined || Number.isNaN(value)) return undefined;
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  return field.kind === 'attribute' && typeof value === 'boolean' ? Number(value) : textOf(value);
}

function compareKeys(a: string | number, b: string | number): number {
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  if (typeof a === 'number') return a === b ? 0 : a < (b as number) ? -1 : 1;
  return Buffer.compare(Buffer.from(a), Buffer.from(b as string));
}
