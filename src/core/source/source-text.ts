import type { Problem } from '../errors/mlo-error.ts';
import type { Position } from '../stage.ts';

const LONGEST_EXCERPT = 200;

/** A text file in memory, with positions of its offsets (UTF-16 units); lines are found on first use. */
export class SourceText {
  readonly file: string;
  readonly text: string;
  private starts: readonly number[] | undefined;

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
  }

  position(offset: number): Position {
    const index = this.lineIndex(offset);
    return { file: this.file, line: index + 1, column: offset - (this.lineStarts()[index] as number) + 1 };
  }

  /** The line that holds the offset, without its end. */
  lineAt(offset: number): string {
    const start = this.lineStarts()[this.lineIndex(offset)] as number;
    const newline = this.text.indexOf('\n', start);
    return this.text.slice(start, newline < 0 ? undefined : newline).replace(/\r$/, '');
  }

  /** The excerpt of a very long line is cut, and left out where the caret would stand beyond it. */
  problem(offset: number, message: string, hint?: string): Problem {
    const { file, line, column } = this.position(offset);
    const text = this.lineAt(offset);
    const excerpt = text.length <= LONGEST_EXCERPT ? text : column <= LONGEST_EXCERPT ? `${text.slice(0, LONGEST_EXCERPT)}…` : undefined;
    return {
      message,
      file,
      line,
      column: Math.min(column, text.length + 1),
      ...(excerpt === undefined ? {} : { source: excerpt }),
      ...(hint === undefined ? {} : { hint }),
    };
  }

  private lineIndex(offset: number): number {
    const starts = this.lineStarts();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private lineStarts(): readonly number[] {
    if (this.starts !== undefined) return this.starts;
    const starts = [0];
    for (let at = this.text.indexOf('\n'); at >= 0; at = this.text.indexOf('\n', at + 1)) starts.push(at + 1);
    this.starts = starts;
    return starts;
  }
}
