import type { Write } from './reporter.ts';

/** Beyond this many characters a gathered text is written at once. */
const ENOUGH = 64 * 1024;

/**
 * Writes that come close together as one: hundreds of stages a second would otherwise cost more in system calls
 * than in work. Text waits for `afterMs` at most; 0 = every write goes out at once.
 */
export class GatheredWrites {
  private readonly target: Write;
  private readonly afterMs: number;
  private pending = '';
  private timer: NodeJS.Timeout | undefined;

  constructor(target: Write, afterMs: number) {
    this.target = target;
    this.afterMs = afterMs;
  }

  write(text: string): void {
    this.pending += text;
    if (this.afterMs === 0 || this.pending.length > ENOUGH) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), this.afterMs).unref();
  }

  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.pending !== '') this.target(this.pending);
    this.pending = '';
  }
}
