/** Cuts a stream of chunks into lines; what follows the last carriage return of a line is what a terminal would show. */
export class LineBuffer {
  private rest = '';

  /** Lines that `text` completes. */
  push(text: string): string[] {
    const parts = (this.rest + text).split('\n');
    this.rest = parts.pop() ?? '';
    return parts.map(afterReturn);
  }

  /** The line that has no end yet, as it looks now. */
  get partial(): string {
    return afterReturn(this.rest);
  }

  /** The unfinished line, if there is one; it is forgotten. */
  flush(): string[] {
    const line = this.partial;
    this.rest = '';
    return line === '' ? [] : [line];
  }
}

function afterReturn(line: string): string {
  const text = line.replace(/\r+$/, '');
  return text.slice(text.lastIndexOf('\r') + 1);
}
