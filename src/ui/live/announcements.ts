import { finishLine, noteLines, warningLines } from '../render/event-lines.ts';
import { printable } from '../format/printable.ts';
import { outputText } from '../report/output-text.ts';
import type { TimedEvent } from '../report/reporter.ts';
import { StageLines } from '../report/stage-lines.ts';
import type { Style } from '../style.ts';

/** Turns events into the lines that are printed once, above the live part. */
export class Announcements {
  private readonly style: Style;
  private readonly verbose: boolean;
  private readonly lines = new StageLines();

  /** `verbose`: all output of stages and unchanged stages, too. */
  constructor(style: Style, verbose: boolean) {
    this.style = style;
    this.verbose = verbose;
  }

  linesOf(event: TimedEvent): readonly string[] {
    switch (event.type) {
      case 'stage-output':
        return this.output(event.stage, this.lines.push(event.stage, event.stream, event.text));
      case 'stage-finish':
        return this.finish(event);
      case 'warning':
        return warningLines(event, this.style);
      case 'note':
        return noteLines(event.message);
      default:
        return [];
    }
  }

  private output(stage: string, lines: readonly string[]): readonly string[] {
    if (!this.verbose) return [];
    return lines.map((line) => `${this.style.dim(`${printable(stage)} |`)} ${outputText(line, this.style.dim('x') !== 'x')}`.trimEnd());
  }

  private finish({ report }: Extract<TimedEvent, { type: 'stage-finish' }>): readonly string[] {
    const rest = this.output(report.name, this.lines.finish(report.name));
    if (report.outcome === 'unchanged' && !this.verbose) return rest;
    return [...rest, finishLine(report, this.style)];
  }
}
