import type { Reporter, TimedEvent } from '../report/reporter.ts';
import { ProgressLine } from '../report/progress-line.ts';
import type { Style } from '../style.ts';
import { Announcements } from './announcements.ts';
import type { Frame, MountedView } from './mount.tsx';
import { reduce } from './reduce.ts';
import { INITIAL_STATE, type LiveState } from './state.ts';

export interface LiveOptions {
  readonly stream: NodeJS.WriteStream;
  readonly style: Style;
  readonly verbose: boolean;
  /** Unix milliseconds now. */
  readonly now: () => number;
  readonly signal: AbortSignal;
}

const FRAME_MS = 120;
const DEFAULT_ROWS = 24;

/**
 * The live view of a terminal: running stages below, what has happened as lines above.
 * Ink is loaded once a stage has started; what happens before or meanwhile is printed as plain lines.
 */
export class LiveReporter implements Reporter {
  private readonly options: LiveOptions;
  private readonly announcements: Announcements;
  private readonly progressLine: ProgressLine;
  private readonly startedMs: number;
  private state: LiveState = INITIAL_STATE;
  private pending: string[] = [];
  private view: MountedView | undefined;
  private mounting: Promise<void> | undefined;
  private paused = false;
  private closed = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: LiveOptions) {
    this.options = options;
    this.announcements = new Announcements(options.style, options.verbose);
    this.progressLine = new ProgressLine((text) => options.stream.write(text), options.style);
    this.startedMs = options.now();
    options.signal.addEventListener('abort', () => (this.state = { ...this.state, stopping: true }), { once: true });
  }

  readonly report = (event: TimedEvent): void => {
    this.state = reduce(this.state, event);
    for (const line of this.announcements.linesOf(event)) this.pending.push(line);
    if (event.type === 'stage-start' && this.mounting === undefined) this.mounting = this.mount();
    if (this.view !== undefined || this.paused) return;
    if (this.pending.length > 0) this.progressLine.clear();
    this.flush((text) => this.options.stream.write(text));
    if (event.type === 'progress') this.progressLine.update(event, event.timestampMs);
  };

  readonly pause = async <T>(work: () => Promise<T>): Promise<T> => {
    await this.mounting;
    this.paused = true;
    this.unmount();
    try {
      return await work();
    } finally {
      this.paused = false;
      this.flush((text) => this.options.stream.write(text));
      if (this.mounting !== undefined && !this.closed) this.mounting = this.mount();
    }
  };

  readonly close = async (): Promise<void> => {
    this.closed = true;
    await this.mounting;
    this.abandon();
  };

  readonly abandon = (): void => {
    this.closed = true;
    this.unmount();
    this.flush((text) => this.options.stream.write(text));
  };

  private async mount(): Promise<void> {
    const { mountLiveView } = await import('./mount.tsx');
    if (this.closed || this.paused) return;
    this.progressLine.clear();
    this.view = await mountLiveView(this.options.stream, this.frame());
    if (this.closed || this.paused) return this.unmount();
    this.timer = setInterval(() => this.draw(), FRAME_MS);
    this.timer.unref();
  }

  private unmount(): void {
    clearInterval(this.timer);
    this.progressLine.clear();
    const { view } = this;
    this.view = undefined;
    if (view === undefined) return;
    this.flush(view.writeAbove);
    view.unmount();
  }

  private draw(): void {
    const { view } = this;
    if (view === undefined) return;
    this.flush(view.writeAbove);
    view.update(this.frame());
  }

  private flush(write: (text: string) => void): void {
    if (this.pending.length === 0) return;
    const text = `${this.pending.join('\n')}\n`;
    this.pending = [];
    write(text);
  }

  private frame(): Frame {
    const { stream, style, now } = this.options;
    const width = stream.columns > 0 ? stream.columns : style.width;
    return { state: this.state, startedMs: this.startedMs, nowMs: now(), rows: stream.rows || DEFAULT_ROWS, style: { ...style, width } };
  }
}
