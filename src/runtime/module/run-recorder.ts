import type { RunId, RunRecord } from '../../core/run.ts';
import type { ArtifactName } from '../api/artifact-names.ts';
import { createRun, type RunSink } from '../api/create-run.ts';
import { MetricBuffer } from '../api/metric-buffer.ts';
import type { EndStatus, StageRun } from '../api/stage-run.ts';

/** A batch goes out when it is that old or holds that many points (200 KB) or other records. */
const BATCH_MS = 50;
const BATCH_RECORDS = 8192;

/**
 * So many calls of that time go out at once. A stage that computes for seconds between two of them runs no timers, and what it logged
 * must be seen meanwhile; one that logs more than that soon comes back to send what waits.
 */
const SENT_AT_ONCE = 64;

export interface RunRecorder {
  readonly run: StageRun;
  /** Sends what is waiting. */
  flush(): void;
  /** Ends the runs below it that nobody has ended, innermost first. */
  endChildren(status: EndStatus, reason?: string): void;
}

export interface RecorderOptions {
  readonly id: RunId;
  /** What paths are relative to, asked for at each call. */
  readonly base: () => string;
  /** May block until the other side has caught up; it is given records in the order of the calls. What it throws goes to the caller. */
  readonly send: (records: readonly RunRecord[]) => void;
  /** Everything but points goes out at once: the other side is here, and what it refuses is told where it was said. */
  readonly prompt?: boolean;
  /** See `RunSink`; default 0. */
  readonly nextStep?: RunSink['nextStep'];
  /** See `RunSink`, of the run itself. */
  readonly artifacts?: () => readonly ArtifactName[];
  /** The end of the run itself; default: nothing, it ends with the stage. */
  readonly end?: (status: EndStatus, reason?: string) => Promise<void>;
  /** Resolves when all that was sent is stored, and rejects with what could not be; default: at once. */
  readonly settled?: () => Promise<void>;
}

export function createRunRecorder(options: RecorderOptions): RunRecorder {
  const { id, base, send, prompt = false, nextStep = () => 0, artifacts = () => [], end, settled = async () => {} } = options;
  const points = new MetricBuffer();
  /** Children that have not ended, with their parents. */
  const open = new Map<RunId, RunId>();
  const ended = new Set<RunId>();
  let pointsOf = id;
  let waiting: RunRecord[] = [];
  let firstAt = 0;
  let windowStart = 0;
  let sentInWindow = 0;
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    takePoints();
    if (waiting.length === 0) return;
    const records = waiting;
    waiting = [];
    send(records);
  }

  /** Records keep the order of the calls, so that points must be taken before another record follows them. */
  function takePoints(): void {
    if (points.count > 0) waiting.push({ type: 'metrics', run: pointsOf, batches: points.take() });
  }

  function pushed(now: number): void {
    if (now - windowStart >= BATCH_MS) {
      windowStart = now;
      sentInWindow = 0;
    }
    if (sentInWindow < SENT_AT_ONCE) {
      sentInWindow += 1;
      return flush();
    }
    if (timer === undefined) firstAt = now;
    // A stage that never yields runs no timers, so the age is looked at here as well.
    if (waiting.length + points.count >= BATCH_RECORDS || now - firstAt >= BATCH_MS) flush();
    else timer ??= setTimeout(flush, BATCH_MS).unref();
  }

  function record(next: RunRecord): void {
    takePoints();
    waiting.push(next);
    // Bytes are not gathered: memory stays bounded.
    if (prompt || next.type === 'artifact-bytes') flush();
    else pushed(performance.now());
  }

  function endChild(child: RunId, status: EndStatus, reason: string | undefined): void {
    if (!open.has(child)) return;
    for (const [below, parent] of open) if (parent === child) endChild(below, status, reason);
    open.delete(child);
    ended.add(child);
    record({ type: 'child-end', run: child, status, timestampMs: Date.now(), ...(reason === undefined ? {} : { reason }) });
  }

  function endChildren(status: EndStatus, reason?: string): void {
    for (const child of open.keys()) endChild(child, status, reason);
  }

  const sink: RunSink = {
    record,
    base,
    nextStep,
    artifacts: (run) => (run === id ? artifacts() : []),
    point(run, name, step, value) {
      if (run !== pointsOf) takePoints();
      pointsOf = run;
      points.add(name, step, Date.now(), value);
      pushed(performance.now());
    },
    began: (child, parent) => void open.set(child, parent),
    ended: (run) => ended.has(run),
    async end(run, status, reason) {
      if (run !== id) endChild(run, status, reason);
      else if (end !== undefined && !ended.has(id)) {
        endChildren(status, reason);
        flush();
        ended.add(id);
        return await end(status, reason);
      }
      flush();
      await settled();
    },
  };
  return { run: createRun(id, sink), flush, endChildren };
}
