import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MloError } from '../../../src/core/errors/mlo-error.ts';
import type { Value } from '../../../src/core/value.ts';
import { parseGpus } from '../../../src/runtime/system/sample-gpus.ts';
import { readCpuTimes, sampleMachine } from '../../../src/runtime/system/sample-machine.ts';
import { openTracking } from '../../../src/tracking/open.ts';
import type { Tracking } from '../../../src/tracking/types.ts';
import { requireMlflow, temporaryFolder } from '../../helpers/index.ts';
import { askMlflow, type Answer, type PeerValue } from './ask-mlflow.ts';
import { searchNames, writeRuns } from './own-store.ts';
import { DIFFERENT, REFUSED, SAME, type Search } from './questions.ts';
import { CHANGED_PARAMS, NAMES_OF_OURS, SAME_PARAMS, SAME_VALUES, SPELLED_ANOTHER_WAY } from './values.ts';
import { DELETED, RUNS } from './world.ts';

/** The same runs in a store of MLflow and in one of ours, and what MLflow answered. */
interface Both {
  readonly mlflow: Answer;
  readonly tracking: Tracking;
}

const MINUTES = { timeout: 300_000 };
const SEARCHES: readonly Search[] = [...SAME, ...REFUSED, ...DIFFERENT.map(({ search }) => search)];
const RELOGS = [...SAME_PARAMS, ...CHANGED_PARAMS, ...SPELLED_ANOTHER_WAY];
const VALUES = [...SAME_VALUES, ...NAMES_OF_OURS];

let asked: Promise<Both> | undefined;

/** Asked once for all tests; each test is skipped by itself where there is no MLflow. */
function both(): Promise<Both> {
  const python = requireMlflow();
  asked ??= askBoth(python);
  return asked;
}

async function askBoth(python: string): Promise<Both> {
  const mlflow = await askMlflow(python, { runs: RUNS, deleted: DELETED, searches: SEARCHES, relogs: RELOGS, values: VALUES });
  const tracking = writeRuns(join(await temporaryFolder(), 'tracking.db'), RUNS, mlflow.ids);
  tracking.edits.delete(DELETED.map((name) => mlflow.ids[name] as string));
  return { mlflow, tracking };
}

function answerOf({ mlflow }: Both, search: Search): readonly string[] | 'refuses' {
  const answer = mlflow.searches[SEARCHES.indexOf(search)] as Answer['searches'][number];
  return 'found' in answer ? answer.found : 'refuses';
}

function foundHere({ mlflow, tracking }: Both, search: Search): readonly string[] | 'refuses' {
  return refusedOr('MLO_FILTER', () => searchNames(tracking, search, mlflow.ids));
}

function refusedOr<T>(code: string, work: () => T): T | 'refuses' {
  try {
    return work();
  } catch (error) {
    if (error instanceof MloError && error.code === code) return 'refuses';
    throw error;
  }
}

/** Answers beside what was asked, so that a difference is seen with its question. */
function beside<T>(searches: readonly Search[], answer: (search: Search) => T): readonly (readonly [string, T])[] {
  return searches.map((search) => [`${search.filter} | ${search.orderBy.join(', ')} | ${search.view}`, answer(search)]);
}

describe('next to MLflow with the same runs, a search here', MINUTES, () => {
  it(`finds the same runs in the same order, asked ${SAME.length} things in MLflow's grammar`, async () => {
    const world = await both();
    const theirs = beside(SAME, (search) => answerOf(world, search));
    expect(beside(SAME, (search) => foundHere(world, search))).toEqual(theirs);
    const idle = theirs.filter(([question, names]) => names.length === 0 || (names.length > 37 && !question.startsWith(' |')));
    expect(idle, 'each finds some, and with a filter not all').toEqual([]);
  });

  it('refuses what MLflow refuses, where it is not a thing of its own', async () => {
    const world = await both();
    const expected = beside(REFUSED, () => 'refuses');
    expect(beside(REFUSED, (search) => answerOf(world, search))).toEqual(expected);
    expect(beside(REFUSED, (search) => foundHere(world, search))).toEqual(expected);
  });

  for (const { says, search, mlflow, mlo, instead } of DIFFERENT) {
    it(`on purpose ${says}`, async () => {
      const world = await both();
      expect(answerOf(world, search)).toEqual(mlflow);
      expect(foundHere(world, search)).toEqual(mlo);
      if (instead !== undefined) expect(foundHere(world, { ...search, filter: instead })).toEqual(mlflow);
    });
  }
});

describe('next to MLflow, a run here', MINUTES, () => {
  it('has the same last value and step of every metric; infinities are kept, where MLflow has the greatest double', async () => {
    const { mlflow, tracking } = await both();
    for (const { name } of RUNS) {
      const { metrics } = tracking.get(mlflow.ids[name] as string);
      const here = Object.entries(metrics).map(([metric, { value, step }]) => [metric, [withinDoubles(value), step]]);
      const there = Object.entries(mlflow.runs[name]?.latest ?? {}).map(([metric, [value, step]]) => [metric, [Number(value), step]]);
      expect(Object.fromEntries(here), name).toEqual(Object.fromEntries(there));
    }
    const { metrics } = tracking.get(mlflow.ids['infinite'] as string);
    expect(metrics).toMatchObject({ up: { value: Infinity }, down: { value: -Infinity } });
  });

  it('has the same points: repeated steps and NaN are kept, what is wholly the same is one', async () => {
    const { mlflow, tracking } = await both();
    for (const { name } of RUNS) {
      for (const [metric, there] of Object.entries(mlflow.runs[name]?.points ?? {})) {
        const series = tracking.metricSeries(mlflow.ids[name] as string, metric);
        const here = Array.from(series.steps, (step, each) => [
          step,
          series.timestampsMs[each] as number,
          withinDoubles(series.values[each] as number),
        ]);
        const sorted = there.map(([value, step, time]) => [step, time, Number(value)]).toSorted(byColumns);
        expect(here.toSorted(byColumns), `${name}: ${metric}`).toEqual(sorted);
      }
    }
  });

  it('has the same texts of params, and the same status', async () => {
    const { mlflow, tracking } = await both();
    for (const { name } of RUNS) {
      const { params, status } = tracking.get(mlflow.ids[name] as string);
      const texts = Object.fromEntries(Object.entries(params).map(([key, value]) => [key, textOf(value)]));
      expect({ params: texts, status }, name).toEqual({ params: mlflow.runs[name]?.params, status: mlflow.runs[name]?.status });
    }
  });

  it('refuses another value of a param; a number in another spelling is the same one here, and not in MLflow', async () => {
    const { mlflow } = await both();
    const here = await relogged(RELOGS);
    const [same, changed] = [SAME_PARAMS.length, SAME_PARAMS.length + CHANGED_PARAMS.length];
    expect(here.slice(0, changed)).toEqual(mlflow.relogs.slice(0, changed));
    expect(mlflow.relogs.slice(0, same)).toEqual(SAME_PARAMS.map(([first]) => first));
    expect(mlflow.relogs.slice(same)).toEqual(RELOGS.slice(same).map(() => 'refused'));
    expect(here.slice(changed)).toEqual(SPELLED_ANOTHER_WAY.map(([first]) => first));
  });

  it('takes names and values of the same length, and refuses one character more', async () => {
    const { mlflow } = await both();
    const show = (taken: readonly boolean[]): readonly string[] =>
      SAME_VALUES.map(({ kind, key, value }, each) => {
        const [name, text] = [JSON.stringify(key.slice(0, 9)), JSON.stringify(value.slice(0, 2))];
        return `${kind} ${name} (${key.length}) ${text} (${Array.from(value).length}): ${taken[each] === true ? 'taken' : 'refused'}`;
      });
    expect(show(await takenHere(SAME_VALUES))).toEqual(show(mlflow.values));
  });

  it('takes names with characters that MLflow refuses', async () => {
    const { mlflow } = await both();
    expect(mlflow.values.slice(SAME_VALUES.length)).toEqual(NAMES_OF_OURS.map(() => false));
    expect(await takenHere(NAMES_OF_OURS)).toEqual(NAMES_OF_OURS.map(() => true));
  });

  it("has the machine's metrics under the same names, and the memory of the run besides", async () => {
    const { mlflow } = await both();
    const machine = sampleMachine({ busy: 0, total: 0 }, readCpuTimes(), '/', 1_000_000);
    const gpu = parseGpus('0, 1024, 4096, 87, 150.5, 301.0');
    const names = Object.keys({ ...machine, ...gpu }).filter((name) => name !== 'system/process_memory_usage_megabytes');
    expect(names.toSorted()).toEqual(Object.keys(mlflow.systemMetrics).toSorted());
    for (const [name, value] of Object.entries(gpu)) expect(Math.round(value * 10) / 10, name).toBe(mlflow.systemMetrics[name]);
  });
});

/** Of a new run for each pair: what the param is afterwards. */
async function relogged(pairs: readonly (readonly [string, string])[]): Promise<readonly string[]> {
  const tracking = openTracking({ path: join(await temporaryFolder(), 'tracking.db') });
  const after = pairs.map(([first, second], each) => {
    const id = startRun(tracking, each);
    tracking.logParams(id, { p: first });
    const refused = refusedOr('MLO_RUN_VALUE', () => tracking.logParams(id, { p: second }));
    return refused === 'refuses' ? 'refused' : textOf(tracking.get(id).params['p'] as Value);
  });
  tracking.close();
  return after;
}

async function takenHere(values: readonly PeerValue[]): Promise<readonly boolean[]> {
  const tracking = openTracking({ path: join(await temporaryFolder(), 'tracking.db') });
  const taken = values.map((value, each) => refusedOr('MLO_RUN_VALUE', () => log(tracking, value, each)) !== 'refuses');
  tracking.close();
  return taken;
}

function log(tracking: Tracking, { kind, key, value }: PeerValue, each: number): void {
  const id = startRun(tracking, each, kind === 'experiment' ? value : undefined);
  if (kind === 'param') tracking.logParams(id, { [key]: value });
  if (kind === 'tag') tracking.setTags(id, { [key]: value });
  if (kind === 'metric') tracking.logMetrics(id, [{ name: key, value: Number(value), step: 0, timestampMs: 1_000 }]);
  tracking.flush();
}

function startRun(tracking: Tracking, each: number, experiment?: string): string {
  const id = each.toString(16).padStart(32, '0');
  tracking.startRun({ id, name: id, startedMs: 1_000, ...(experiment === undefined ? {} : { experiment }) });
  return id;
}

function textOf(value: Value): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** -0 becomes 0. */
function withinDoubles(value: number): number {
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value)) + 0;
}

function byColumns(a: readonly number[], b: readonly number[]): number {
  const differing = a.findIndex((value, column) => value !== b[column]);
  return differing === -1 ? 0 : (a[differing] as number) - (b[differing] as number);
}
