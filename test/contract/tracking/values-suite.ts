import { describe, expect, it } from 'vitest';
import type { Value } from '../../../src/core/value.ts';
import { errorOf, newRun, point, runId, storeWith, type TrackingFixture } from './records.ts';

/** Params and metrics in every tracking store; part of `trackingContract`. */
export function valuesContract(name: string, make: () => TrackingFixture): void {
  describe(`the tracking contract for params and metrics, ${name}`, () => {
    const withStore = storeWith(make);

    it('keeps the type of every param value, long integers and NaN too', () => {
      const params: { [key: string]: Value } = {
        text: '1',
        integer: 1,
        real: 1.5,
        yes: true,
        nothing: null,
        long: 12345678901234567890n,
        nan: Number.NaN,
        inf: -Infinity,
        list: [1, [2n ** 70n, 'a']],
        map: { a: { b: [] } },
      };
      withStore((tracking, fixture) => {
        tracking.startRun(newRun('aa01', { params }));
        tracking.flush();
        const other = fixture.open();
        expect(other.get('aa01').params).toEqual(params);
        other.close();
      });
    });

    it('refuses another value for a param and names the old and the new one', () => {
      withStore((tracking) => {
        tracking.startRun(newRun('aa01', { params: { lr: 0.1 } }));
        tracking.logParams(runId('aa01'), { lr: 0.1 });
        const error = errorOf(() => tracking.logParams(runId('aa01'), { lr: 0.2, epochs: 3 }));
        expect(error.code).toBe('MLO_TRACKING');
        expect(error.message).toContain('"lr"');
        expect(error.message).toContain('0.1');
        expect(error.message).toContain('0.2');
        expect(tracking.get('aa01').params).toEqual({ lr: 0.1 });
      });
    });

    it('tells the number 1 from the text "1" in params', () => {
      withStore((tracking) => {
        tracking.startRun(newRun('aa01', { params: { n: 1 } }));
        expect(errorOf(() => tracking.logParams(runId('aa01'), { n: '1' })).code).toBe('MLO_TRACKING');
      });
    });

    it('finds the contradiction with a param that another handle wrote', () => {
      withStore((tracking, fixture) => {
        tracking.startRun(newRun('aa01', { params: { lr: 0.1 } }));
        tracking.flush();
        const other = fixture.open();
        expect(errorOf(() => other.logParams(runId('aa01'), { lr: 0.3 })).message).toContain('0.3');
        other.close();
      });
    });

    it('reports at flush what two handles contradicted each other in before either was written, and keeps the first', () => {
      withStore((tracking, fixture) => {
        tracking.startRun(newRun('aa01'));
        tracking.flush();
        const other = fixture.open();
        tracking.logParams(runId('aa01'), { lr: 0.1 });
        other.logParams(runId('aa01'), { lr: 0.2, epochs: 3 });
        tracking.flush();
        expect(errorOf(() => other.flush()).message).toContain('0.2');
        expect(other.get('aa01').params).toEqual({ lr: 0.1, epochs: 3 });
        other.close();
      });
    });

    it('keeps repeated steps, NaN and the infinities, in order of step and time', () => {
      withStore((tracking) => {
        tracking.startRun(newRun('aa01'));
        tracking.logMetrics(runId('aa01'), [
          point('loss', 3, 2, 20),
          point('loss', Number.NaN, 1, 11),
          point('loss', Infinity, 1, 10),
          point('loss', -Infinity, -5, 1),
        ]);
        tracking.logMetrics(runId('aa01'), [point('loss', 2, 2, 21), point('loss', 2.5, 2, 20)]);
        expect(tracking.metricSeries(runId('aa01'), 'loss')).toEqual([
          point('loss', -Infinity, -5, 1),
          point('loss', Infinity, 1, 10),
          point('loss', Number.NaN, 1, 11),
          point('loss', 2.5, 2, 20),
          point('loss', 3, 2, 20),
          point('loss', 2, 2, 21),
        ]);
        expect(tracking.get('aa01').metrics).toEqual({ loss: { value: 2, step: 2, points: 6 } });
      });
    });

    it('counts the same point once', () => {
      withStore((tracking) => {
        tracking.startRun(newRun('aa01'));
        tracking.logMetrics(runId('aa01'), [point('loss', Number.NaN, 1), point('loss', Number.NaN, 1)]);
        tracking.flush();
        tracking.logMetrics(runId('aa01'), [point('loss', Number.NaN, 1)]);
        expect(tracking.get('aa01').metrics).toEqual({ loss: { value: Number.NaN, step: 1, points: 1 } });
      });
    });

    it('takes as last value the highest step, then the latest time, whatever the order of arrival', () => {
      const points = [point('m', 1, 3, 30), point('m', 2, 3, 31), point('m', 9, 2, 99), point('m', Number.NaN, 3, 31)];
      for (const order of [points, points.toReversed()]) {
        withStore((tracking) => {
          tracking.startRun(newRun('aa01'));
          for (const one of order) {
            tracking.logMetrics(runId('aa01'), [one]);
            tracking.flush();
          }
          expect(tracking.get('aa01').metrics).toEqual({ m: { value: 2, step: 3, points: 4 } });
        });
      }
    });

    it('refuses points that no metric can have', () => {
      withStore((tracking) => {
        tracking.startRun(newRun('aa01'));
        for (const bad of [
          point('', 1, 1),
          point('m', 'high' as never, 1),
          point('m', 1, 0.5),
          point('m', 1, Number.NaN),
          point('m', 1, 1, Number.NaN),
        ]) {
          expect(errorOf(() => tracking.logMetrics(runId('aa01'), [bad])).code).toBe('MLO_TRACKING');
        }
        expect(tracking.get('aa01').metrics).toEqual({});
      });
    });

    it('takes names that are not well-formed text as one series, without losing points', () => {
      withStore((tracking) => {
        tracking.startRun(newRun('aa01'));
        tracking.logMetrics(runId('aa01'), [point('a\ud800', 1, 1), point('a\udfff', 2, 2), point('a\ufffd', 3, 3)]);
        expect(tracking.get('aa01').metrics).toEqual({ 'a\ufffd': { value: 3, step: 3, points: 3 } });
      });
    });
  });
}
