import { afterEach, describe, expect, it } from 'vitest';
import { chromeTrace, type TraceEvent } from '../../../src/fs/chrome-trace.ts';
import { addWorkerSpans, isTracing, startTracing, stopTracing, takeSpans, trace, type Span } from '../../../src/fs/trace.ts';

type Complete = Extract<TraceEvent, { ph: 'X' }>;

afterEach(() => void stopTracing());

function complete(events: readonly TraceEvent[]): readonly Complete[] {
  return events.filter((event) => event.ph === 'X');
}

function rowsOf(...spans: readonly Span[]): { readonly [name: string]: number } {
  const { traceEvents } = chromeTrace([{ thread: 'main', spans }], 1, {});
  return Object.fromEntries(complete(traceEvents).map((event) => [event.name, event.tid]));
}

function span(id: number, parent: number, name: string, startUs: number, endUs: number): Span {
  return { id, parent, name, startUs, endUs };
}

describe('trace', () => {
  it('only does the work where tracing was not started', async () => {
    expect(trace('a', () => 3)).toBe(3);
    await expect(trace('b', async () => await Promise.resolve(4))).resolves.toBe(4);
    expect([isTracing(), takeSpans(), stopTracing()]).toEqual([false, [], []]);
  });

  it('knows what a span is a part of, across awaits and side by side', async () => {
    startTracing();
    await trace('outer', async () => {
      await Promise.all(['left', 'right'].map((name) => trace(name, async () => trace(`in ${name}`, () => Promise.resolve()))));
    });
    const spans = stopTracing()[0]?.spans ?? [];
    const nameOf = (id: number): string => spans.find((each) => each.id === id)?.name ?? 'nothing';
    expect(Object.fromEntries(spans.map((each) => [each.name, nameOf(each.parent)]))).toEqual({
      outer: 'nothing',
      left: 'outer',
      right: 'outer',
      'in left': 'left',
      'in right': 'right',
    });
  });

  it('ends the span of work that throws or rejects, and passes the error on', async () => {
    startTracing();
    const fails = (): never => {
      throw new Error('no');
    };
    expect(() => trace('throws', fails)).toThrow('no');
    await expect(trace('rejects', async () => await Promise.reject(new Error('never')))).rejects.toThrow('never');
    expect(stopTracing()[0]?.spans.map((each) => each.name)).toEqual(['throws', 'rejects']);
  });

  it('hands over what a worker did once, and keeps it apart under the name of the worker', () => {
    startTracing();
    trace('hash', () => undefined);
    const posted = takeSpans();
    expect(takeSpans()).toEqual([]);
    addWorkerSpans('worker 1', posted);
    expect(stopTracing().map(({ thread, spans }) => [thread, spans.map((each) => each.name)])).toEqual([
      ['main', []],
      ['worker 1', ['hash']],
    ]);
  });
});

describe('a Chrome trace', () => {
  it('has complete events in microseconds from the first one on, and a name for each row', () => {
    const made = chromeTrace(
      [
        { thread: 'main', spans: [span(1, 0, 'scan', 1_000, 1_500)] },
        { thread: 'worker 1', spans: [span(1, 0, 'hash', 1_100, 1_200)] },
        { thread: 'worker 1', spans: [span(2, 0, 'hash', 1_300, 1_400)] },
      ],
      7,
      { command: 'mlo add' },
    );
    expect(made.otherData).toEqual({ command: 'mlo add' });
    expect(made.traceEvents).toEqual([
      { ph: 'M', name: 'thread_name', pid: 7, tid: 0, args: { name: 'main' } },
      { ph: 'M', name: 'thread_name', pid: 7, tid: 1, args: { name: 'worker 1' } },
      { ph: 'X', name: 'scan', cat: 'mlo', pid: 7, tid: 0, ts: 0, dur: 500 },
      { ph: 'X', name: 'hash', cat: 'mlo', pid: 7, tid: 1, ts: 100, dur: 100 },
      { ph: 'X', name: 'hash', cat: 'mlo', pid: 7, tid: 1, ts: 300, dur: 100 },
    ]);
  });

  it('puts the parts of a span into its row', () => {
    expect(
      rowsOf(span(1, 0, 'command', 0, 100), span(2, 1, 'load', 0, 10), span(3, 1, 'observe', 10, 90), span(4, 3, 'hash', 20, 90)),
    ).toEqual({
      command: 0,
      load: 0,
      observe: 0,
      hash: 0,
    });
  });

  it('gives rows of their own to spans side by side, and their parts follow them', () => {
    expect(
      rowsOf(
        span(1, 0, 'command', 0, 100),
        span(2, 1, 'stage a', 10, 90),
        span(3, 1, 'stage b', 20, 50),
        span(4, 3, 'store b', 30, 40),
        span(5, 1, 'stage c', 60, 95),
      ),
    ).toEqual({ command: 0, 'stage a': 0, 'stage b': 1, 'store b': 1, 'stage c': 1 });
  });

  it('has no events where nothing was noted', () => {
    expect(chromeTrace([{ thread: 'main', spans: [] }], 1, {}).traceEvents).toEqual([]);
  });
});
