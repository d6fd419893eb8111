import { advance, isComplete, progressText, type Progress, type ProgressEvent } from '../format/progress.ts';
import type { Style } from '../style.ts';
import type { Write } from './reporter.ts';

const ERASE_LINE = '\r\u001b[2K';
/** Faster tasks need no line. */
const FIRST_AFTER_MS = 300;
const REDRAW_EVERY_MS = 80;

/** One line at the bottom of a terminal that is drawn over and over, and gone when others print. */
export class ProgressLine {
  private readonly write: Write;
  private readonly style: Style;
  private progress: Progress | undefined;
  private drawnMs = 0;
  private visible = false;

  constructor(write: Write, style: Style) {
    this.write = write;
    this.style = style;
  }

  update(event: ProgressEvent, nowMs: number): void {
    this.progress = advance(this.progress, event, nowMs);
    if (isComplete(event)) return this.clear();
    if (nowMs - this.progress.startedMs < FIRST_AFTER_MS || nowMs - this.drawnMs < REDRAW_EVERY_MS) return;
    this.write(ERASE_LINE + progressText(this.progress, this.style));
    this.drawnMs = nowMs;
    this.visible = true;
  }

  clear(): void {
    if (this.visible) this.write(ERASE_LINE);
    this.visible = false;
  }
}
