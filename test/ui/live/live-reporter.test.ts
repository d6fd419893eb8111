import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { LiveReporter } from '../../../src/ui/live/live-reporter.ts';
import { plainStyle } from '../../../src/ui/style.ts';
import { RECORDED, START_MS, timed } from '../recorded.ts';

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';

function liveOn(options: { verbose?: boolean; signal?: AbortSignal } = {}): {
  reporter: LiveReporter;
  text: () => string;
  shown: (part: string) => Promise<void>;
} {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 });
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
  const reporter = new LiveReporter({
    stream: stream as unknown as NodeJS.WriteStream,
    style: plainStyle(80),
    verbose: options.verbose ?? false,
    now: () => START_MS + 5000,
    signal: options.signal ?? new AbortController().signal,
  });
  const shown = async (part: string): Promise<void> => {
    while (!text.includes(part)) await once(stream, 'data');
  };
  return { reporter, text: () => text, shown };
}

describe('the live reporter', () => {
  it('prints what is finished once, in order, and gives the terminal back', async () => {
    const { reporter, text } = liveOn();
    RECORDED.forEach(reporter.report);
    await reporter.close();
    const printed = text();
    const expected = ['warning: read of data/x.csv', '✓ train ran in 2.1 s', 'kept the old bytes', '✗ evaluate failed in 0.30 s'];
    expect(expected.map((line) => printed.split(line).length - 1)).toEqual([1, 1, 1, 1]);
    expect(expected.map((line) => printed.indexOf(line))).toEqual(expected.map((line) => printed.indexOf(line)).toSorted((a, b) => a - b));
    expect(printed.lastIndexOf(SHOW_CURSOR)).toBeGreaterThanOrEqual(printed.lastIndexOf(HIDE_CURSOR));
  });

  it('shows what runs below what is finished, and takes the view away at the end', async () => {
    const { reporter, text, shown } = liveOn();
    for (const event of RECORDED.slice(0, 4)) reporter.report(event);
    await shown('▶ train');
    expect(text()).toContain('1 of 3 stages done');
    for (const event of RECORDED.slice(4, 12)) reporter.report(event);
    await shown('✓ train ran in 2.1 s');
    await shown('evaluate');
    for (const event of RECORDED.slice(12)) reporter.report(event);
    await reporter.close();
    expect(text().lastIndexOf('✗ evaluate failed')).toBeGreaterThan(text().lastIndexOf('✓ train ran'));
    expect(text().lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(text().lastIndexOf(HIDE_CURSOR));
  });

  it('needs no view, and so no Ink, where no stage starts', async () => {
    const { reporter, text } = liveOn();
    for (const event of timed([
      { type: 'repro-start', stages: 1 },
      { type: 'note', message: 'hello' },
    ]))
      reporter.report(event);
    await reporter.close();
    expect(text()).toBe('hello\n');
  });

  it('shows output of stages only on request', async () => {
    const [quiet, verbose] = [liveOn(), liveOn({ verbose: true })];
    for (const { reporter } of [quiet, verbose]) {
      RECORDED.forEach(reporter.report);
      await reporter.close();
    }
    expect(quiet.text()).not.toContain('train | epoch 1');
    expect(verbose.text()).toContain('train | epoch 1');
  });

  it('gives the terminal to a question and takes it back', async () => {
    const { reporter, text } = liveOn();
    const [start, end] = timed([
      { type: 'stage-start', stage: 'a', command: '', reasons: [] },
      { type: 'stage-finish', report: { name: 'a', outcome: 'ran', reasons: [], durationMs: 10 } },
    ]);
    reporter.report(start!);
    const answer = await reporter.pause(async () => {
      expect(text().lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(text().lastIndexOf(HIDE_CURSOR));
      return 'yes';
    });
    expect(answer).toBe('yes');
    reporter.report(end!);
    await reporter.close();
    expect(text()).toContain('✓ a ran in 10 ms');
  });

  it('can be abandoned at any time, also while Ink is being loaded', async () => {
    const { reporter, text } = liveOn();
    reporter.report(RECORDED[3]!);
    reporter.abandon();
    await reporter.close();
    expect(text().lastIndexOf(HIDE_CURSOR)).toBeLessThanOrEqual(text().lastIndexOf(SHOW_CURSOR));
  });
});
