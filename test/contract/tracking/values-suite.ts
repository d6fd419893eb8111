import { describe, expect, it } from 'vitest';
import type { Value } from '../../../src/core/value.ts';
import { errorOf, file, newRun, point, pointsOf, runId, storeWith, summaryOf, type TrackingFixture } from './records.ts';

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
        expect(error.code).toBe('MLO_RUN_VALUE');
        expect(error.message).toContain('"lr"');
        expect(error.message).toContain('0.1');
        expect(error.message).toContain('0.2');
        expect(tracking.get('aa01').params).toEqual({ lr: 0.1 });
      });
    });

    it('tells the number 1 from the text "1" in params', () => {
      withStore((tracking) => {
        tracking.startRun(newRun('aa01', { params: { n: 1 } }));
        expect(errorOf(() => tracking.logParams(runId('aa01'), { n: '1' })).code).toBe('MLO_RUN_VALUE');
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
        expect(pointsOf(tracking.metricSeries(runId('aa01'), 'loss'))).toEqual([
          point('loss', -Infinity, -5, 1),
          point('loss', Infinity, 1, 10),
          point('loss', Number.NaN, 1, 11),
          point('loss', 2.5, 2, 20),
          point('loss', 3, 2, 20),
          point('loss', 2, 2, 21),
        ]);
        expect(tracking.get('aa01').metrics).toEqual({
          loss: { value: 2, step: 2, points: 6, min: { value: -Infinity, step: -5 }, max: { value: Infinity, step: 1 } },
        });
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
          expect(tracking.get('aa01').metrics).toEqual({
            m: { value: 2, step: 3, points: 4, min: { value: 1, step: 3 }, max: { value: 9, step: 2 } },
          });
        });
      }
    });

    it('says of a step that is no whole number, and of one that is too large, which it is', () => {
      withStore((tracking) => {
        tracking.startRun(newRun('aa01'));
        const refusal = (step: number): string => errorOf(() => tracking.logMetrics(runId('aa01'), [point('m', 1, step)])).message;
        expect(refusal(0.5)).toContain('must be a whole number, not 0.5');
        expect(refusal(2 ** 53)).toContain('is too large: 9007199254740992');
        expect(refusal(-(2 ** 53))).toContain('is too small: -9007199254740992');
      });
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
          expect(errorOf(() => tracking.logMetrics(runId('aa01'), [bad])).code).toBe('MLO_RUN_VALUE');
        }
        const steps = [1, 2];
        for (const columns of [
          { steps, timestampsMs: [1], values: [1, 2] },
          { steps, timestampsMs: [1, 2], values: [1] },
          { steps: [], timestampsMs: [1, 2], values: [1, 2] },
        ])
          expect(errorOf(() => tracking.logBatches(runId('aa01'), [{ name: 'm', ...columns }])).message).toContain('differ in length');
        expect(tracking.get('aa01').metrics).toEqual({});
      });
    });

    it('takes columns of points, typed arrays or not, of no point too', () => {
      withStore((tracking) => {
        tracking.startRun(newRun('aa01'));
        tracking.logBatches(runId('aa01'), [
          { name: 'm', steps: Float64Array.of(2, 1), timestampsMs: [7, 8], values: Float32Array.of(0.5, 0.25) },
          { name: 'm', steps: [], timestampsMs: [], values: [] },
          { name: 'none', steps: [], timestampsMs: [], values: [] },
        ]);
        expect(pointsOf(tracking.metricSeries(runId('aa01'), 'm'))).toEqual([point('m', 0.25, 1, 8), point('m', 0.5, 2, 7)]);
        expect(Object.keys(tracking.get('aa01').metrics)).toEqual(['m']);
      });
    });

    it('takes a param again with the same number, however it is written, and refuses another one', () => {
      withStore((tracking) => {
        tracking.startRun(newRun('aa01'));
        tracking.logParams(runId('aa01'), { lr: 1e-5, text: '1e-05', long: '12345678901234567890', zero: '-0.0' });
        tracking.logParams(runId('aa01'), { lr: 0.00001, text: '0.00001', zero: '0' });
        tracking.logParams(runId('aa01'), { text: '+.1E-4'.replace('.', '0.') });
        for (const other of [{ text: '1e-04' }, { text: 'ten' }, { long: '12345678901234567891' }, { lr: 1e-6 }])
          expect(errorOf(() => tracking.logParams(runId('aa01'), other)).code).toBe('MLO_RUN_VALUE');
        expect(tracking.get('aa01').params).toEqual({ lr: 1e-5, text: '1e-05', long: '12345678901234567890', zero: '-0.0' });
      });
    });

    it('takes names of 250, params of 6,000 and tags of 8,000 characters, and says what is too long', () => {
      const emoji = '🦄';
      withStore((tracking) => {
        const run = runId('aa01');
        tracking.startRun(newRun('aa01'));
        tracking.logParams(run, { [emoji.repeat(250)]: emoji.repeat(6_000), list: 'x'.repeat(6_000).split('').slice(0, 1_499) });
        tracking.setTags(run, { [emoji.repeat(250)]: emoji.repeat(8_000) });
        const refused = (work: () => void, ...parts: string[]) => {
          const error = errorOf(work);
          expect(error.code).toBe('MLO_RUN_VALUE');
          for (const part of parts) expect(error.message).toContain(part);
        };
        refused(() => tracking.logParams(run, { 'x y': emoji.repeat(6_001) }), '"x y"', '6001', '6000');
        refused(() => tracking.logParams(run, { list: Array.from({ length: 1_500 }, () => 'x') }), '"list"', '6001');
        refused(() => tracking.logParams(run, { ['k'.repeat(251)]: 1 }), 'param', '251', '250');
        refused(() => tracking.logMetrics(run, [point('k'.repeat(251), 1, 1)]), 'metric', '251', '250');
        refused(() => tracking.setTags(run, { ['k'.repeat(251)]: '1' }), 'tag', '251', '250');
        refused(() => tracking.setTags(run, { note: 'x'.repeat(8_001) }), '"note"', '8001', '8000');
        refused(() => tracking.setTags(run, { 'a\u0000b': '' }), 'control character');
        refused(() => tracking.logMetrics(run, [point('a\nb', 1, 1)]), 'control character');
        for (const name of ['../x', '/x', 'x//y', 'x/', '.', '..x']) {
          refused(() => tracking.logParams(run, { [name]: 1 }), 'param', JSON.stringify(name));
          refused(() => tracking.logMetrics(run, [point(name, 1, 1)]), 'metric', JSON.stringify(name));
          refused(() => tracking.setTags(run, { [name]: '' }), 'tag', JSON.stringify(name));
        }
        refused(() => tracking.startRun(newRun('aa02', { experiment: 'x'.repeat(501) })), 'experiment', '501', '500');
        refused(() => tracking.startRun(newRun('aa02', { experiment: 'x\ny' })), 'experiment', 'control character');
        refused(() => tracking.startRun(newRun('aa02', { params: { lr: 'x'.repeat(6_001) } })), '"lr"');
        expect(tracking.list().map(({ name }) => name)).toEqual(['aa01']);
      });
    });

    it('refuses what no store can hold where it is given, and keeps the rest', () => {
      withStore((tracking) => {
        const run = runId('aa01');
        tracking.startRun(newRun('aa01'));
        const odd = [undefined, () => 1, Symbol('odd'), new Date(0), new Map(), [undefined], { deep: { down: undefined } }] as never[];
        for (const value of odd) {
          for (const stage of [undefined, 'train'])
            expect(errorOf(() => tracking.startRun({ ...newRun('aa02', { params: { odd: value } }), ...(stage && { stage }) })).code).toBe(
              'MLO_RUN_VALUE',
            );
          expect(errorOf(() => tracking.logParams(run, { odd: value })).message).toContain('"odd"');
        }
        for (const value of [undefined, null, true, 1, {}] as never[]) {
          for (const more of [{ name: value }, { tags: { odd: value } }, ...(value === undefined ? [] : [{ experiment: value }])])
            expect(errorOf(() => tracking.startRun(newRun('aa02', more))).code).toBe('MLO_RUN_VALUE');
          expect(errorOf(() => tracking.setTags(run, { odd: value })).message).toContain('"odd"');
          expect(errorOf(() => tracking.finishRun(run, { status: 'FINISHED', endedMs: 2_000, tags: { odd: value } })).code).toBe(
            'MLO_RUN_VALUE',
          );
        }
        expect(errorOf(() => tracking.finishRun(run, { status: 'FAILED', endedMs: 2_000, reason: {} as never })).code).toBe(
          'MLO_RUN_VALUE',
        );
        tracking.logMetrics(run, [point('loss', 1, 1)]);
        tracking.flush();
        expect(tracking.list().map(({ name, status }) => [name, status])).toEqual([['aa01', 'RUNNING']]);
        expect(tracking.get('aa01')).toMatchObject({ params: {}, tags: {}, metrics: { loss: { points: 1 } } });
      });
    });

    it('records what a pipeline declares for a stage however long it is', () => {
      withStore((tracking) => {
        const params = { ['k'.repeat(300)]: 'x'.repeat(10_000) };
        tracking.startRun(newRun('aa01', { stage: 'train', params }));
        expect(tracking.get('aa01').params).toEqual(params);
      });
    });

    it('refuses names of artifacts that lead out of the folder of the run', () => {
      withStore((tracking) => {
        tracking.startRun(newRun('aa01'));
        for (const hostile of ['../x', '..', 'a/../../x', '/etc/passwd', 'a//b', './a', 'a/', '', 'a\u0000b', '.git/config', 'a/.mlo/x'])
          expect(errorOf(() => tracking.logArtifact(runId('aa01'), hostile, file('a'))).code).toBe('MLO_PATH_UNSAFE');
        expect(tracking.get('aa01').artifacts).toEqual([]);
      });
    });

    it('takes whatever the clock says: an end before the start, times that go back, times before 1970', () => {
      withStore((tracking, fixture) => {
        tracking.startRun(newRun('aa01', { startedMs: 9_000 }));
        const points = [point('loss', 1, 1, 5_000), point('loss', 2, 2, 4_000), point('loss', 3, 3, -7), point('loss', 4, 3, -8)];
        for (const each of points) {
          tracking.logMetrics(runId('aa01'), [each]);
          tracking.flush();
        }
        tracking.finishRun(runId('aa01'), { status: 'FINISHED', endedMs: 1_000 });
        tracking.flush();
        const other = fixture.open();
        expect(other.get('aa01')).toMatchObject({ startedMs: 9_000, endedMs: 1_000, metrics: { loss: { value: 3, step: 3, points: 4 } } });
        expect(pointsOf(other.metricSeries(runId('aa01'), 'loss'))).toEqual([points[0], points[1], points[3], points[2]]);
        other.close();
      });
    });

    it('takes names that are not well-formed text as one series, without losing points', () => {
      withStore((tracking) => {
        tracking.startRun(newRun('aa01'));
        tracking.logMetrics(runId('aa01'), [point('a\ud800', 1, 1), point('a\udfff', 2, 2), point('a\ufffd', 3, 3)]);
        expect(tracking.get('aa01').metrics).toEqual({ 'a\ufffd': summaryOf(point('a', 1, 1), point('a', 2, 2), point('a', 3, 3)) });
      });
    });
  });
}
