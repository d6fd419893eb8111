import { describe, expect, it } from 'vitest';
import type { Content, Digest } from '../../../src/core/content.ts';
import { toBatches } from '../../../src/core/metrics/to-batches.ts';
import type { Tracking } from '../../../src/tracking/types.ts';
import { errorOf, file, newRun, point, runId, storeWith, summaryOf, type TrackingFixture } from './records.ts';
import { valuesContract } from './values-suite.ts';

const HOSTILE = [
  "'; DROP TABLE runs; --",
  '"quoted" \\ back',
  'line\nbreak\ttab',
  '🦄 ünïcödé 漢字',
  'nul\u0000inside',
  '__proto__',
  'constructor',
  '-rf',
  '../../x',
  ' ',
  'x'.repeat(6000),
];

/** As many as there are hostile texts. */
const KEYS = [
  "'; DROP TABLE runs; --",
  '"quoted" \\ back',
  '🦄 ünïcödé 漢字',
  'a/b.c-d_e: f',
  '__proto__',
  'constructor',
  '-rf',
  'a../b..c',
  ' ',
  '🦄'.repeat(250),
  'x'.repeat(250),
];

const PATHS = ["'; DROP TABLE runs; --", '🦄 ünïcödé 漢字', '-rf', ' ', 'a/b c/d', '__proto__', 'line\nbreak'];

/** What every tracking store must do; `make` gives an empty one. */
export function trackingContract(name: string, make: () => TrackingFixture): void {
  valuesContract(name, make);

  describe(`the tracking contract, ${name}`, () => {
    const withStore = storeWith(make);

    it('shows a started run as RUNNING at once, to the handle that started it', () => {
      withStore((tracking) => {
        tracking.startRun(newRun('aa01', { command: 'mlo repro', git: { commit: 'c'.repeat(40), branch: 'main', dirty: true } }));
        expect(tracking.list()).toEqual([
          expect.objectContaining({
            id: runId('aa01'),
            name: 'aa01',
            experiment: 'Default',
            status: 'RUNNING',
            startedMs: 1_000,
            command: 'mlo repro',
            git: { commit: 'c'.repeat(40), branch: 'main', dirty: true },
          }),
        ]);
      });
    });

    it('keeps everything across close and open, links in the order given', () => {
      withStore((tracking, fixture) => {
        tracking.startRun(newRun('bb'));
        tracking.startRun(newRun('aa01', { params: { lr: 0.1 }, tags: { who: 'me' }, experiment: 'iris' }));
        tracking.logMetrics(runId('aa01'), [point('loss', 0.5, 1)]);
        tracking.logArtifact(runId('aa01'), 'params.yaml', file('a'));
        tracking.linkStages(runId('aa01'), [
          { stage: 'load', outcome: 'unchanged', producerRunId: runId('bb') },
          // Killed before it was written, purged, or in another store: nobody can be sent there.
          { stage: 'clean', outcome: 'restored', producerRunId: runId('ee') },
        ]);
        tracking.finishRun(runId('aa01'), { status: 'FAILED', endedMs: 3_000, reason: 'it broke', tags: { peak: '12 MB' } });
        const before = tracking.get('aa01');
        const other = fixture.open();
        expect(before).toEqual({ ...before, experiment: 'iris', status: 'FAILED', reason: 'it broke', endedMs: 3_000 });
        expect(before.params).toEqual({ lr: 0.1 });
        expect(before.tags).toEqual({ who: 'me', peak: '12 MB' });
        expect(before.metrics).toEqual({ loss: summaryOf(point('loss', 0.5, 1)) });
        expect(before.artifacts).toEqual([{ path: 'params.yaml', content: file('a') }]);
        expect(before.links).toEqual([
          { stage: 'load', outcome: 'unchanged', producerRunId: runId('bb') },
          { stage: 'clean', outcome: 'restored' },
        ]);
        expect(other.get('aa01')).toEqual(before);
        other.close();
      });
    });

    it('gives a child the experiment of its parent and shows the tree in order of start', () => {
      withStore((tracking) => {
        tracking.startRun(newRun('aa01', { experiment: 'iris' }));
        tracking.startRun(newRun('bb02', { parentId: runId('aa01'), stage: 'second', startedMs: 3_000 }));
        tracking.startRun(newRun('bb01', { parentId: runId('aa01'), stage: 'first', startedMs: 2_000 }));
        tracking.apply({ type: 'child-start', run: runId('cc01'), parent: runId('bb01'), name: 'fold-1', timestampMs: 2_500 });
        tracking.apply({ type: 'metrics', run: runId('cc01'), batches: toBatches([point('acc', 0.9, 0)]) });
        tracking.apply({ type: 'child-end', run: runId('cc01'), status: 'FINISHED', timestampMs: 2_600 });
        const detail = tracking.get('aa01');
        expect(detail.children.map((child) => child.stage)).toEqual(['first', 'second']);
        expect(detail.children[0]?.children).toEqual([
          expect.objectContaining({
            name: 'fold-1',
            experiment: 'iris',
            status: 'FINISHED',
            endedMs: 2_600,
            parentId: runId('bb01'),
            metrics: { acc: summaryOf(point('acc', 0.9, 0)) },
          }),
        ]);
      });
    });

    it('lists newest first, parents only unless asked, by status and stage', () => {
      withStore((tracking) => {
        tracking.startRun(newRun('aa01', { startedMs: 1_000 }));
        tracking.startRun(newRun('aa02', { startedMs: 2_000 }));
        tracking.startRun(newRun('bb01', { parentId: runId('aa02'), stage: 'train', startedMs: 2_100 }));
        tracking.finishRun(runId('aa01'), { status: 'FINISHED', endedMs: 1_500 });
        const ids = (query: Parameters<Tracking['list']>[0]) => tracking.list(query).map((run) => run.name);
        expect(ids({})).toEqual(['aa02', 'aa01']);
        expect(ids({ limit: 1 })).toEqual(['aa02']);
        expect(ids({ limit: 0 })).toEqual([]);
        expect(ids({ includeChildren: true })).toEqual(['bb01', 'aa02', 'aa01']);
        expect(ids({ status: 'FINISHED' })).toEqual(['aa01']);
        expect(ids({ stage: 'train' })).toEqual(['bb01']);
      });
    });

    it('takes any text as name, stage, value or reason, and all but control characters in keys', () => {
      withStore((tracking, fixture) => {
        const texts = Object.fromEntries(KEYS.map((key, index) => [key, HOSTILE[index] as string]));
        tracking.startRun(
          newRun('aa01', {
            name: HOSTILE.join(),
            stage: HOSTILE[0] as string,
            command: HOSTILE.join('\n'),
            experiment: HOSTILE[0] as string,
          }),
        );
        tracking.logParams(runId('aa01'), texts);
        tracking.setTags(runId('aa01'), texts);
        tracking.logMetrics(
          runId('aa01'),
          KEYS.map((name, index) => point(name, index, index)),
        );
        for (const name of PATHS) tracking.logArtifact(runId('aa01'), name, file('a'));
        tracking.linkStages(
          runId('aa01'),
          HOSTILE.map((stage) => ({ stage, outcome: 'unchanged' as const })),
        );
        tracking.finishRun(runId('aa01'), { status: 'KILLED', endedMs: 2_000, reason: HOSTILE[2] as string });
        const other = fixture.open();
        tracking.flush();
        const detail = other.get('aa01');
        expect(detail.params).toEqual(texts);
        expect(detail.tags).toEqual(texts);
        expect(Object.keys(detail.metrics).sort()).toEqual([...KEYS].sort());
        expect(detail.artifacts.map((artifact) => artifact.path).sort()).toEqual([...PATHS].sort());
        expect(detail.links.map((link) => link.stage)).toEqual(HOSTILE);
        expect(detail).toMatchObject({ name: HOSTILE.join(), stage: HOSTILE[0], experiment: HOSTILE[0], reason: HOSTILE[2] });
        expect(other.list({ stage: HOSTILE[0] as string })).toHaveLength(1);
        expect(KEYS.map((name) => other.metricSeries(runId('aa01'), name).steps.length)).toEqual(KEYS.map(() => 1));
        other.close();
      });
    });

    it('finds a run by a unique prefix of four characters or more', () => {
      withStore((tracking) => {
        tracking.startRun(newRun('abcd1'));
        tracking.startRun(newRun('abcd2'));
        tracking.startRun(newRun('ffff'));
        expect(tracking.get('abcd1').name).toBe('abcd1');
        expect(tracking.get('FFFF').name).toBe('ffff');
        expect(tracking.get(runId('abcd2')).name).toBe('abcd2');
        const ambiguous = errorOf(() => tracking.get('abcd'));
        expect(ambiguous.code).toBe('MLO_RUN_UNKNOWN');
        expect(ambiguous.details['candidates']).toEqual([runId('abcd1'), runId('abcd2')]);
        expect(errorOf(() => tracking.get('abc')).message).toContain('at least 4 characters');
        expect(errorOf(() => tracking.get('abce')).message).toContain('No run has the id');
        for (const unknown of ['abc', 'abce', '', '%', "' OR 1=1 --", runId('abcd1') + '0', '../..']) {
          const error = errorOf(() => tracking.get(unknown));
          expect(error.code).toBe('MLO_RUN_UNKNOWN');
          expect(error.hint).toContain('mlo runs list');
        }
      });
    });

    it('refuses to write to a run, or under a parent, that does not exist', () => {
      withStore((tracking) => {
        const nobody = runId('dead');
        const attempts = [
          () => tracking.finishRun(nobody, { status: 'FINISHED', endedMs: 1 }),
          () => tracking.logParams(nobody, { a: 1 }),
          () => tracking.logMetrics(nobody, [point('a', 1, 1)]),
          () => tracking.setTags(nobody, { a: '1' }),
          () => tracking.logArtifact(nobody, 'a', file('a')),
          () => tracking.linkStages(nobody, []),
          () => tracking.metricSeries(nobody, 'a'),
          () => tracking.startRun(newRun('aa01', { parentId: nobody })),
        ];
        for (const attempt of attempts) expect(errorOf(attempt).code).toBe('MLO_RUN_UNKNOWN');
        expect(tracking.list({ includeChildren: true })).toEqual([]);
      });
    });

    it('starts a run once and only with a proper id', () => {
      withStore((tracking, fixture) => {
        tracking.startRun(newRun('aa01'));
        expect(errorOf(() => tracking.startRun(newRun('aa01'))).code).toBe('MLO_RUN_STATE');
        for (const id of ['', 'ABCD'.repeat(8), 'aa01', `${runId('aa02')}0`]) {
          expect(errorOf(() => tracking.startRun({ ...newRun('aa02'), id })).code).toBe('MLO_RUN_VALUE');
        }
        tracking.flush();
        const other = fixture.open();
        other.startRun(newRun('aa01', { name: 'impostor' }));
        expect(errorOf(() => other.flush()).code).toBe('MLO_RUN_STATE');
        expect(other.list().map((run) => run.name)).toEqual(['aa01']);
        other.close();
      });
    });

    it('overwrites tags and artifacts with the last that was logged', () => {
      withStore((tracking) => {
        tracking.startRun(newRun('aa01', { tags: { a: '1' } }));
        tracking.setTags(runId('aa01'), { a: '2' });
        tracking.logArtifact(runId('aa01'), 'model', file('a'));
        const tree: Content = { digest: 'b'.repeat(64) as Digest, size: 9, kind: 'tree', files: 2 };
        tracking.logArtifact(runId('aa01'), 'model', tree);
        tracking.logArtifact(runId('aa01'), 'tool', { ...file('c'), mode: 'exec' });
        expect(tracking.get('aa01').tags).toEqual({ a: '2' });
        expect(tracking.get('aa01').artifacts).toEqual([
          { path: 'model', content: tree },
          { path: 'tool', content: { ...file('c'), mode: 'exec' } },
        ]);
      });
    });

    it('ends what is left running below a run together with it', () => {
      withStore((tracking) => {
        tracking.startRun(newRun('aa01'));
        tracking.startRun(newRun('bb01', { parentId: runId('aa01') }));
        tracking.startRun(newRun('cc01', { parentId: runId('bb01') }));
        tracking.startRun(newRun('dd01'));
        tracking.finishRun(runId('bb01'), { status: 'KILLED', endedMs: 4_000 });
        expect(tracking.get('cc01')).toMatchObject({ status: 'KILLED', endedMs: 4_000 });
        expect(tracking.get('aa01').status).toBe('RUNNING');
        tracking.finishRun(runId('aa01'), { status: 'FINISHED', endedMs: 5_000 });
        expect(tracking.get('bb01')).toMatchObject({ status: 'KILLED', endedMs: 4_000 });
        expect(tracking.get('dd01').status).toBe('RUNNING');
      });
    });

    it('reads for others what has been flushed, without disturbing the writer', () => {
      withStore((tracking, fixture) => {
        tracking.startRun(newRun('aa01'));
        tracking.flush();
        const reader = fixture.openReadOnly();
        expect(reader.list()).toHaveLength(1);
        tracking.startRun(newRun('aa02'));
        expect(reader.list()).toHaveLength(1);
        tracking.flush();
        expect(reader.list()).toHaveLength(2);
        expect(() => reader.startRun(newRun('aa03'))).toThrow('read-only');
        reader.close();
      });
    });

    it('leaves runs of living processes alone', () => {
      withStore((tracking, fixture) => {
        tracking.startRun(newRun('aa01'));
        expect(tracking.reconcile()).toEqual([]);
        const reader = fixture.openReadOnly();
        expect(reader.reconcile()).toEqual([]);
        reader.close();
        expect(tracking.get('aa01').status).toBe('RUNNING');
      });
    });
  });
}
