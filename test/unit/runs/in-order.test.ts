import { describe, expect, it } from 'vitest';
import type { MetricBatch } from '../../../src/core/run.ts';
import type { Tracking } from '../../../src/tracking/types.ts';
import { Random } from '../../faults/model/random.ts';
import { newRun, pointsOf, runId } from '../../contract/tracking/records.ts';
import { openStore } from './stores.ts';

const ID = runId('aa01');

function exportedPoints(store: Tracking) {
  const pieces = [...store.exchange.points(ID, 'm')];
  return { sizes: pieces.map(({ steps }) => steps.length), points: pieces.flatMap((piece) => pointsOf({ name: 'm', ...piece })) };
}

function batch(steps: readonly number[], timestampsMs: readonly number[], values: readonly number[]): MetricBatch {
  return { name: 'm', steps, timestampsMs, values };
}

const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, at) => from + at);

/** How commits of a series may lie to each other. */
const SERIES: readonly (readonly [how: string, commits: (random: Random) => readonly MetricBatch[]])[] = [
  ['one after the other', () => range(0, 12).map((part) => batch(range(part * 900, 900), range(0, 900), range(0, 900)))],
  ['backwards', () => range(0, 12).map((part) => batch(range(10_000 - part * 900, 900), range(0, 900), range(0, 900)))],
  [
    'all of one step',
    () =>
      range(0, 12).map((part) =>
        batch(
          Array.from({ length: 900 }, () => 0),
          range(part * 900, 900),
          range(0, 900),
        ),
      ),
  ],
  ['with a step shared by two commits', () => range(0, 12).map((part) => batch(range(part * 899, 900), range(0, 900), range(0, 900)))],
  [
    'in any order',
    (random) =>
      range(0, 20).map(() => {
        const count = 1 + random.below(2_000);
        const draw = (limit: number): number[] => Array.from({ length: count }, () => random.below(limit));
        return batch(draw(3_000), draw(4), draw(3));
      }),
  ],
];

describe('the points of a series, read piece by piece', () => {
  it.each(SERIES)('come in order and each once, logged %s', (_how, commits) => {
    const store = openStore();
    store.startRun(newRun('aa01'));
    for (const each of commits(new Random(7))) {
      store.logBatches(ID, [each]);
      store.flush();
    }
    const { sizes, points } = exportedPoints(store);
    expect(points).toEqual(pointsOf(store.metricSeries(ID, 'm')));
    expect(sizes.slice(0, -1).every((size) => size === 8_000)).toBe(true);
    expect(points.length).toBeGreaterThan(8_000);
    store.close();
  });

  it('are none of a metric that the run does not have', () => {
    const store = openStore();
    store.startRun(newRun('aa01'));
    expect(exportedPoints(store)).toEqual({ sizes: [], points: [] });
    store.close();
  });
});
