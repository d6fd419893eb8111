import type { Readable } from 'node:stream';
import { MloError } from '../../core/errors/mlo-error.ts';
import { METRIC_LINE, parseMetricLine } from '../../core/metrics/metric-line.ts';
import { nameFault, stepFault } from '../../core/run-limits.ts';
import { MetricBuffer } from '../../runtime/api/metric-buffer.ts';
import type { AppContext } from '../types.ts';
import { stepAfter } from './find-run.ts';
import type { LogData } from './log.ts';
import { withValueLog, type LogOptions } from './log-target.ts';

/** Bad lines that are told one by one. */
const MOST_WARNINGS = 5;
/** Characters of a line; a longer one is no metric. */
const LONGEST_LINE = 64 * 1024;
/** After Ctrl-C, what the other program says on its way out is waited for, milliseconds. */
const LAST_WORDS_MS = 300;

export interface StreamOptions extends LogOptions {
  readonly input: Readable;
  /** A line that cannot be understood ends the stream with MLO_USAGE; what came before it is logged. */
  readonly strict: boolean;
}

export interface StreamData extends LogData {
  readonly points: number;
  /** Lines that could not be understood. */
  readonly ignored: number;
  readonly interrupted?: boolean;
}

/** Logs the metrics that come line by line, until the end of the input or the first Ctrl-C; in memory is never more than is written at once. */
export async function streamMetrics(ctx: AppContext, { input, strict, ...options }: StreamOptions): Promise<StreamData> {
  return await withValueLog(ctx, options, async ({ run, before, logBatches }) => {
    const lines = new MetricLines(
      (name) => stepAfter(before, name),
      (number, line, why) => {
        if (strict) throw badLine(number, line, why);
        if (lines.ignored <= MOST_WARNINGS) ctx.emit({ type: 'warning', message: badLine(number, line, why).message });
      },
    );
    const take = (bytes: Uint8Array | undefined): void => {
      try {
        lines.feed(bytes);
      } finally {
        logBatches(lines.take());
      }
    };
    await readAll(input, ctx.signal, take);
    if (lines.ignored > MOST_WARNINGS)
      ctx.emit({
        type: 'warning',
        message: `${lines.ignored} lines of the stream are not logged; only the first ${MOST_WARNINGS} were told`,
      });
    return { runId: run.id, points: lines.points, ignored: lines.ignored, ...(ctx.signal.aborted ? { interrupted: true } : {}) };
  });
}

/** Takes each piece as soon as it is read, and undefined at the end of the input. */
async function readAll(input: Readable, signal: AbortSignal, take: (bytes: Uint8Array | undefined) => void): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const attempt = (work: () => void): void => {
      try {
        work();
      } catch (error) {
        input.destroy();
        reject(error as Error);
      }
    };
    input.on('data', (bytes: Uint8Array) => attempt(() => take(bytes)));
    input.on('end', () =>
      attempt(() => {
        take(undefined);
        resolve();
      }),
    );
    input.on('error', reject);
    const stop = (): void =>
      void setTimeout(() => {
        input.destroy();
        resolve();
      }, LAST_WORDS_MS);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

/** `why`: absent where the line has not the form of one. */
type OnBad = (number: number, line: string, why: string | undefined) => void;

/** Bytes to points. */
class MetricLines {
  readonly #decoder = new TextDecoder();
  readonly #buffer = new MetricBuffer();
  readonly #nextSteps = new Map<string, number>();
  readonly #firstStep: (name: string) => number;
  readonly #onBad: OnBad;
  #rest = '';
  #number = 0;
  #tooLong = false;
  points = 0;
  ignored = 0;

  constructor(firstStep: (name: string) => number, onBad: OnBad) {
    this.#firstStep = firstStep;
    this.#onBad = onBad;
  }

  /** Undefined: nothing follows, so that what is left is a line too. */
  feed(bytes: Uint8Array | undefined): void {
    const text = this.#rest + (bytes === undefined ? this.#decoder.decode() : this.#decoder.decode(bytes, { stream: true }));
    this.#rest = '';
    const now = Date.now();
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      this.#line(text.slice(start, end), now);
      start = end + 1;
    }
    const rest = text.slice(start);
    if (bytes === undefined) {
      if (rest !== '' || this.#tooLong) this.#line(rest, now);
    } else if (rest.length > LONGEST_LINE) this.#tooLong = true;
    else this.#rest = rest;
  }

  take(): ReturnType<MetricBuffer['take']> {
    return this.#buffer.take();
  }

  #nextStep(name: string): number {
    return this.#nextSteps.get(name) ?? this.#firstStep(name);
  }

  #line(line: string, now: number): void {
    this.#number += 1;
    const found = this.#tooLong ? undefined : parseMetricLine(line)?.map((point) => ({ step: this.#nextStep(point.name), ...point }));
    this.#tooLong = false;
    // What programs print besides may look like a point, with a name that no metric can have.
    const fault = found?.map(pointFault).find((each) => each !== undefined);
    if (found === undefined || fault !== undefined) {
      this.ignored += 1;
      this.#onBad(this.#number, line, fault);
      return;
    }
    for (const { name, value, step } of found) {
      this.#nextSteps.set(name, step + 1);
      this.#buffer.add(name, step, now, value);
      this.points += 1;
    }
  }
}

/** Completes "line 3 is not logged: …". */
function pointFault({ name, step }: { readonly name: string; readonly step: number }): string | undefined {
  const ofName = nameFault(name);
  if (ofName !== undefined) return `the name of a metric ${ofName}`;
  const ofStep = stepFault(step, String(step));
  return ofStep === undefined ? undefined : `the step of metric ${JSON.stringify(name)} ${ofStep}`;
}

function badLine(number: number, line: string, why: string | undefined): MloError {
  const shown = line.length > 60 ? `${line.slice(0, 60)}…` : line;
  const fault = why ?? `expected ${METRIC_LINE}, found ${JSON.stringify(shown)}`;
  return new MloError('MLO_USAGE', `Line ${number} of the stream is not logged: ${fault}`, {
    hint: 'For example: loss 0.25 3',
    details: { line: number },
  });
}
