import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { MetricPoint } from '../../../src/core/run.ts';
import { openTracking } from '../../../src/tracking/open.ts';
import { newRun, pointsOf, runId, summaryOf } from '../../contract/tracking/records.ts';
import { fc } from '../../helpers/properties.ts';

const ID = runId('aa01');
const NAMES = ['loss', 'acc'];

const point = fc.record<MetricPoint>({
  name: fc.constantFrom(...NAMES),
  step: fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: -3, max: 12 }) },
    fc.constantFrom(Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER),
  ),
  timestampMs: fc.integer({ min: 0, max: 3 }),
  value: fc.constantFrom(0, -0, 1, -1.5, Number.NaN, Infinity, -Infinity),
});
type Action = { readonly handle: 0 | 1; readonly points: readonly MetricPoint[]; readonly flush: boolean };
const action = fc.record<Action>({
  handle: fc.constantFrom(0, 1),
  // Long runs of steps, so that chunks fill up and new ones begin.
  points: fc.oneof(
    fc.array(point, { maxLength: 12 }),
    fc
      .tuple(fc.integer({ min: -50, max: 3_000 }), fc.integer({ min: 200, max: 700 }))
      .map(([from, count]) =>
        Array.from({ length: count }, (_, each) => ({ name: 'loss', step: from + each, timestampMs: 7, value: (from + each) % 5 })),
      ),
  ),
  flush: fc.boolean(),
});

/** The set of points, in order: what a series is. */
function naive(points: readonly MetricPoint[]): MetricPoint[] {
  const once = new Map(
    points.map(({ name, step, timestampMs, value }) => [
      `${step} ${timestampMs} ${value + 0}`,
      { name, step, timestampMs, value: value + 0 },
    ]),
  );
  const rank = ({ value }: MetricPoint): number => (Number.isNaN(value) ? 0 : 1);
  const byValue = (a: MetricPoint, b: MetricPoint): number => rank(a) - rank(b) || (a.value === b.value ? 0 : a.value < b.value ? -1 : 1);
  return [...once.values()].sort((a, b) => a.step - b.step || a.timestampMs - b.timestampMs || byValue(a, b));
}

describe('metric series', () => {
  it('are the set of what two handles logged, however they took turns', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 14 }), (actions) => {
        const folder = mkdtempSync(join(tmpdir(), 'mlo-series-'));
        try {
          const path = join(folder, 'tracking.db');
          const first = openTracking({ path });
          first.startRun(newRun('aa01'));
          first.flush();
          const handles = [first, openTracking({ path })] as const;
          for (const { handle, points, flush } of actions) {
            handles[handle].logMetrics(ID, points);
            if (flush) handles[handle].flush();
          }
          for (const handle of handles) handle.flush();
          for (const name of NAMES) {
            const expected = naive(actions.flatMap(({ points }) => points).filter((each) => each.name === name));
            const found = pointsOf(first.metricSeries(ID, name)).map((each) => ({ ...each, value: each.value + 0 }));
            expect(found).toEqual(expected);
            expect(withoutMinusZero(first.get(ID).metrics[name])).toEqual(expected.length === 0 ? undefined : summaryOf(...expected));
          }
          for (const handle of handles) handle.close();
        } finally {
          rmSync(folder, { recursive: true });
        }
      }),
      { numRuns: 60 },
    );
  });
});

/** 0 and -0 are one point: whichever came first is kept. */
function withoutMinusZero(value: unknown): unknown {
  if (typeof value === 'number') return value + 0;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutMinusZero(item)]));
}
