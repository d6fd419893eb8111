import type { AsyncLocalStorage } from 'node:async_hooks';

/** A piece of work of one thread. Times are microseconds since the Unix epoch, so that threads can be compared. */
export interface Span {
  readonly id: number;
  /** The span this one is a part of; 0 = none. */
  readonly parent: number;
  readonly name: string;
  readonly startUs: number;
  readonly endUs: number;
}

/** What one thread did. */
export interface ThreadSpans {
  readonly thread: string;
  readonly spans: readonly Span[];
}

interface Tracer {
  readonly spans: Span[];
  readonly workers: ThreadSpans[];
  /** Knows which span asynchronous work belongs to. */
  readonly current: AsyncLocalStorage<number>;
  lastId: number;
}

let tracer: Tracer | undefined;

/**
 * Does `work` and notes how long it took (until it settles, where it is a promise). Without `startTracing` it only does the work.
 * For the phases of a command: a span for each file of 100,000 would cost more than the file.
 */
export function trace<T>(name: string, work: () => T): T {
  return tracer === undefined ? work() : traced(tracer, name, work);
}

/** Whether a worker that is started now should trace too. */
export function isTracing(): boolean {
  return tracer !== undefined;
}

/** From now on, in this thread. */
export function startTracing(): void {
  const { AsyncLocalStorage: Storage } = process.getBuiltinModule('node:async_hooks');
  tracer = { spans: [], workers: [], current: new Storage(), lastId: 0 };
}

/** A span that was measured by other means: what came before tracing could start. */
export function addSpan(name: string, startUs: number, endUs: number): void {
  if (tracer !== undefined) tracer.spans.push({ id: nextId(tracer), parent: tracer.current.getStore() ?? 0, name, startUs, endUs });
}

/** In a worker, before it ends or after each task: what it did since the last time, to be posted to the thread that started it. */
export function takeSpans(): readonly Span[] {
  return tracer?.spans.splice(0) ?? [];
}

/** What a worker posted; `thread` names it, and the spans of several messages of one worker go together. */
export function addWorkerSpans(thread: string, spans: readonly Span[]): void {
  if (spans.length > 0) tracer?.workers.push({ thread, spans });
}

/** All that was noted, this thread first; tracing ends. */
export function stopTracing(): readonly ThreadSpans[] {
  if (tracer === undefined) return [];
  const { spans, workers } = tracer;
  tracer = undefined;
  return [{ thread: 'main', spans }, ...workers];
}

export function nowUs(): number {
  return (performance.timeOrigin + performance.now()) * 1000;
}

function traced<T>(into: Tracer, name: string, work: () => T): T {
  const id = nextId(into);
  const parent = into.current.getStore() ?? 0;
  const startUs = nowUs();
  const end = (): void => void into.spans.push({ id, parent, name, startUs, endUs: nowUs() });
  let result: T;
  try {
    result = into.current.run(id, work);
  } catch (error) {
    end();
    throw error;
  }
  if (result instanceof Promise) return result.finally(end) as T;
  end();
  return result;
}

function nextId(into: Tracer): number {
  into.lastId += 1;
  return into.lastId;
}
