import { afterEach, describe, expect, it, vi } from 'vitest';
import { toJson } from '../../../src/cli/envelope.ts';
import { LineBuffer } from '../../../src/ui/report/line-buffer.ts';
import { outputText } from '../../../src/ui/report/output-text.ts';
import { PlainReporter, type PlainOptions } from '../../../src/ui/report/plain-reporter.ts';
import { progressReporter } from '../../../src/ui/report/progress-reporter.ts';
import { streamReporter } from '../../../src/ui/report/stream-reporter.ts';
import { plainStyle } from '../../../src/ui/style.ts';
import { RECORDED, START_MS, timed } from '../recorded.ts';

function plain(options: Partial<PlainOptions> = {}): { reporter: PlainReporter; lines: () => string[] } {
  let text = '';
  const write = (part: string): void => void (text += part);
  const reporter = new PlainReporter({
    write,
    style: plainStyle(),
    colours: false,
    quiet: false,
    verbose: false,
    now: () => START_MS,
    ...options,
  });
  return { reporter, lines: () => text.split('\n').slice(0, -1) };
}

async function replay(options: Partial<PlainOptions> = {}): Promise<string[]> {
  const { reporter, lines } = plain(options);
  RECORDED.forEach(reporter.report);
  await reporter.close();
  return lines();
}

describe('append-only lines', () => {
  it('are one for each change of state, with the output of stages behind their names', async () => {
    expect(await replay()).toEqual([
      '▶ train started: params.yaml:train.lr 0.05 → 0.1',
      'train | epoch 1',
      'train | careful',
      'train | epoch 2',
      'warning: read of data/x.csv is not declared (stages/train.ts:3)',
      'hint: deps: [data/x.csv]',
      'train | 50 %',
      '✓ train ran in 2.1 s: params.yaml:train.lr 0.05 → 0.1',
      '▶ evaluate started: train runs first',
      'kept the old bytes of reports/\\x1b[2J',
      "✗ evaluate failed in 0.30 s: Stage 'evaluate' failed with exit code 3",
    ]);
  });

  it('put the output of each stage into a group that GitHub Actions folds', async () => {
    expect(await replay({ groups: true })).toEqual([
      '▶ train started: params.yaml:train.lr 0.05 → 0.1',
      '::group::train',
      'train | epoch 1',
      'train | careful',
      'train | epoch 2',
      'warning: read of data/x.csv is not declared (stages/train.ts:3)',
      'hint: deps: [data/x.csv]',
      'train | 50 %',
      '::endgroup::',
      '✓ train ran in 2.1 s: params.yaml:train.lr 0.05 → 0.1',
      '▶ evaluate started: train runs first',
      'kept the old bytes of reports/\\x1b[2J',
      "✗ evaluate failed in 0.30 s: Stage 'evaluate' failed with exit code 3",
    ]);
  });

  it('change groups where stages run side by side, and end the last one with the command', async () => {
    const { reporter, lines } = plain({ groups: true });
    for (const [stage, text] of [
      ['a', '1\n'],
      ['a', '2\n'],
      ['100%', '3\n'],
      ['a', '4\n'],
    ] as const)
      timed([{ type: 'stage-output', stage, stream: 'stdout', text }]).forEach(reporter.report);
    await reporter.close();
    expect(lines()).toEqual([
      '::group::a',
      'a | 1',
      'a | 2',
      '::endgroup::',
      '::group::100%25',
      '100% | 3',
      '::endgroup::',
      '::group::a',
      'a | 4',
      '::endgroup::',
    ]);
  });

  it('name unchanged stages only on request', async () => {
    expect((await replay({ verbose: true }))[0]).toBe('= load unchanged, 0.90 s saved');
  });

  it('are warnings only when quiet', async () => {
    expect(await replay({ quiet: true })).toEqual([
      'warning: read of data/x.csv is not declared (stages/train.ts:3)',
      'hint: deps: [data/x.csv]',
    ]);
  });

  describe('while a stage is silent', () => {
    afterEach(() => void vi.useRealTimers());

    it('say every ten seconds what is still running, and nothing more once it has ended', async () => {
      vi.useFakeTimers();
      const { reporter, lines } = plain({ now: () => START_MS + 61_000 });
      reporter.report({ type: 'stage-start', stage: 'train', command: '', reasons: [], timestampMs: START_MS });
      vi.advanceTimersByTime(10_000);
      expect(lines()).toEqual(['▶ train started']);
      vi.advanceTimersByTime(10_000);
      expect(lines().slice(1)).toEqual(['still running: train (1 min 01 s)']);
      reporter.report({
        type: 'stage-finish',
        report: { name: 'train', outcome: 'ran', reasons: [], durationMs: 1 },
        timestampMs: START_MS,
      });
      vi.advanceTimersByTime(60_000);
      expect(lines()).toHaveLength(3);
      await reporter.close();
    });

    it('say every ten seconds how far work on bytes has come, and nothing where it does not go on', async () => {
      vi.useFakeTimers();
      const { reporter, lines } = plain({});
      const step = (done: number, timestampMs: number): void =>
        reporter.report({ type: 'progress', task: 'hash', label: 'data', done, total: 4e9, unit: 'bytes', timestampMs });
      step(0, START_MS);
      step(1e9, START_MS + 10_000);
      vi.advanceTimersByTime(10_000);
      expect(lines()).toEqual([expect.stringMatching(/^hashing data .*1\.0 GB of 4\.0 GB, 100 MB\/s, 30 s left$/)]);
      vi.advanceTimersByTime(20_000);
      expect(lines()).toHaveLength(1);
      step(2e9, START_MS + 40_000);
      vi.advanceTimersByTime(10_000);
      expect(lines()[1]).toContain('2.0 GB of 4.0 GB, 50.0 MB/s');
      await reporter.close();
    });
  });
});

describe('the event stream', () => {
  it('is one JSON document a line, each with version, type and time', () => {
    const lines: string[] = [];
    const reporter = streamReporter((text) => lines.push(text), toJson);
    RECORDED.forEach(reporter.report);
    expect(lines).toHaveLength(RECORDED.length);
    const parsed = lines.map((line) => JSON.parse(line) as { schemaVersion: number; type: string; timestampMs: number });
    expect(lines.every((line) => line.indexOf('\n') === line.length - 1)).toBe(true);
    expect(parsed.map(({ type }) => type)).toEqual(RECORDED.map(({ type }) => type));
    expect(parsed[3]).toEqual({
      schemaVersion: 1,
      type: 'stage-start',
      timestampMs: START_MS + 300,
      stage: 'train',
      command: 'stages/train.ts',
      reasons: RECORDED[3]?.type === 'stage-start' ? RECORDED[3].reasons : [],
    });
  });

  it('carries metrics that JSON has no number for', () => {
    const lines: string[] = [];
    streamReporter((text) => lines.push(text), toJson).report({
      type: 'stage-metric',
      stage: 'a',
      name: 'loss',
      value: NaN,
      step: 1,
      timestampMs: 1,
    });
    expect(JSON.parse(lines[0]!)).toMatchObject({ value: 'NaN' });
  });
});

describe('the line of progress', () => {
  const bytes = (done: number) => ({ type: 'progress', task: 'commit', label: 'data/raw', done, total: 4e9, unit: 'bytes' }) as const;

  it('shows amount, rate and time left, and goes away when done', () => {
    let text = '';
    const reporter = progressReporter((part) => (text += part), plainStyle(100));
    for (const event of timed([bytes(0), bytes(1e8), bytes(2e8), bytes(3e8), bytes(4e8), bytes(5e8), bytes(1e9)])) reporter.report(event);
    expect(text).toContain('committing data/raw ████░░░░░░░░░░░░ 1.0 GB of 4.0 GB, 1.7 GB/s, 1.8 s left');
    reporter.report({ ...bytes(4e9), timestampMs: START_MS + 2000 });
    expect(text.endsWith('\r\u001b[2K')).toBe(true);
  });

  it('does not appear for fast tasks', () => {
    let text = '';
    const reporter = progressReporter((part) => (text += part), plainStyle(100));
    for (const event of timed([bytes(0), bytes(1e8), bytes(4e9)])) reporter.report(event);
    expect(text).toBe('');
  });

  it('makes room for warnings', () => {
    let text = '';
    const reporter = progressReporter((part) => (text += part), plainStyle(40));
    for (const event of timed([bytes(0), bytes(1), bytes(2), bytes(3), bytes(4)])) reporter.report(event);
    reporter.report({ type: 'warning', message: 'careful', timestampMs: START_MS + 500 });
    expect(text.endsWith('\r\u001b[2Kwarning: careful\n')).toBe(true);
  });
});

describe('lines from chunks', () => {
  it('are put together, and a carriage return starts a line over', () => {
    const buffer = new LineBuffer();
    expect(buffer.push('one\ntw')).toEqual(['one']);
    expect(buffer.push('o\r\n1 %\r2 %\r')).toEqual(['two']);
    expect(buffer.partial).toBe('2 %');
    expect(buffer.flush()).toEqual(['2 %']);
    expect(buffer.flush()).toEqual([]);
  });
});

describe('the output of stages', () => {
  const line = '\u001b[31mred\u001b[0m \u001b[2J\u001b]0;title\u0007end\u0008';

  it('loses everything that could move the cursor or change the terminal', () => {
    expect(outputText(line, false)).toBe('red end');
  });

  it('keeps its colours where colours are wanted, and ends them', () => {
    expect(outputText(line, true)).toBe('\u001b[31mred\u001b[0m end\u001b[0m');
  });
});
