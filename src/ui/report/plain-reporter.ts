import type { StageAddress } from '../../core/stage.ts';
import { formatDuration } from '../format/duration.ts';
import { printable } from '../format/printable.ts';
import { finishLine, noteLines, startLine, warningLines } from '../render/event-lines.ts';
import { advance, isComplete, progressText, type Progress } from '../format/progress.ts';
import type { Style } from '../style.ts';
import { GatheredWrites } from './gathered-writes.ts';
import { outputText } from './output-text.ts';
import { OutputGroups } from './output-groups.ts';
import type { Reporter, TimedEvent, Write } from './reporter.ts';
import { StageLines } from './stage-lines.ts';

export interface PlainOptions {
  readonly write: Write;
  readonly style: Style;
  /** Lines may keep the colours that stages give them. */
  readonly colours: boolean;
  /** Only warnings. */
  readonly quiet: boolean;
  /** Unchanged stages get lines too. */
  readonly verbose: boolean;
  /** GitHub Actions: the output of each stage can be folded. */
  readonly groups?: boolean;
  /** Unix milliseconds now. */
  readonly now: () => number;
  /** Milliseconds between signs of life of long stages. */
  readonly heartbeatMs?: number;
  /** Lines that come within so many milliseconds are written together; absent = at once. */
  readonly gatherMs?: number;
}

const HEARTBEAT_MS = 10_000;

/**
 * Append-only lines, one for each change of state: for logs, pipes and plain terminals.
 * Every `heartbeatMs` in which nothing was printed, one line says what is still running.
 */
export class PlainReporter implements Reporter {
  private readonly options: PlainOptions;
  private readonly lines = new StageLines();
  private readonly groups: OutputGroups | undefined;
  private readonly running = new Map<StageAddress, number>();
  private readonly timer: NodeJS.Timeout | undefined;
  private readonly output: GatheredWrites;
  private silent = true;
  private progress: Progress | undefined;
  private advanced = false;

  constructor(options: PlainOptions) {
    this.options = options;
    this.groups = options.groups === true ? new OutputGroups() : undefined;
    this.output = new GatheredWrites(options.write, options.gatherMs ?? 0);
    if (options.quiet) return;
    this.timer = setInterval(() => this.beat(), options.heartbeatMs ?? HEARTBEAT_MS);
    this.timer.unref();
  }

  readonly report = (event: TimedEvent): void => {
    const lines = this.linesOf(event);
    if (lines.length > 0) this.print(lines);
  };

  readonly pause = <T>(work: () => Promise<T>): Promise<T> => {
    this.output.flush();
    return work();
  };

  readonly close = async (): Promise<void> => this.abandon();

  readonly abandon = (): void => {
    clearInterval(this.timer);
    for (const line of this.groups?.end() ?? []) this.output.write(`${line}\n`);
    this.output.flush();
  };

  private linesOf(event: TimedEvent): string[] {
    const { style, quiet } = this.options;
    if (event.type === 'warning') return warningLines(event, style);
    if (quiet) return [];
    switch (event.type) {
      case 'stage-start':
        this.running.set(event.stage, event.timestampMs);
        return [startLine(event.stage, event.reasons, style)];
      case 'stage-output':
        return this.outputLines(event.stage, this.lines.push(event.stage, event.stream, event.text));
      case 'stage-finish':
        return this.finish(event);
      case 'progress':
        this.progress = isComplete(event) ? undefined : advance(this.progress, event, event.timestampMs);
        this.advanced = true;
        return [];
      case 'note':
        return noteLines(event.message);
      default:
        return [];
    }
  }

  private finish(event: Extract<TimedEvent, { type: 'stage-finish' }>): string[] {
    const { report } = event;
    this.running.delete(report.name);
    const output = this.outputLines(report.name, this.lines.finish(report.name));
    const rest = [...output, ...(this.groups?.end(report.name) ?? [])];
    if (report.outcome === 'unchanged' && !this.options.verbose) return rest;
    return [...rest, finishLine(report, this.options.style)];
  }

  private outputLines(stage: StageAddress, output: readonly string[]): string[] {
    const lines = output.map((line) => this.prefixed(stage, line));
    return this.groups?.add(stage, lines) ?? lines;
  }

  private prefixed(stage: StageAddress, line: string): string {
    const { style, colours } = this.options;
    return `${style.dim(`${printable(stage)} |`)} ${outputText(line, colours)}`.trimEnd();
  }

  private beat(): void {
    if (this.silent && this.running.size > 0) {
      const now = this.options.now();
      const stages = [...this.running].map(([stage, since]) => `${printable(stage)} (${formatDuration(now - since)})`);
      this.output.write(`${this.options.style.dim(`still running: ${stages.join(', ')}`)}\n`);
    }
    if (this.silent && this.running.size === 0 && this.advanced && this.progress !== undefined)
      this.output.write(`${this.options.style.dim(progressText(this.progress, this.options.style))}\n`);
    this.advanced = false;
    this.silent = true;
  }

  private print(lines: readonly string[]): void {
    this.silent = false;
    this.output.write(`${lines.join('\n')}\n`);
  }
}
