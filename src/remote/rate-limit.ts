import { setTimeout as sleep } from 'node:timers/promises';
import { throwIfInterrupted } from '../fs/interrupt.ts';

/** So much may pass at once without a pause, milliseconds' worth. */
const BURST_MS = 50;

/** Shares so many bytes a second among all who ask. */
export class RateLimit {
  /** Bytes that go in one go: small enough that no connection looks dead in between. */
  readonly slice: number;
  readonly #bytesPerMs: number;
  #freeMs = 0;

  constructor(bytesPerSecond: number) {
    this.#bytesPerMs = bytesPerSecond / 1000;
    this.slice = Math.max(1024, Math.min(64 * 1024, Math.floor(bytesPerSecond / 8)));
  }

  /** Resolves when so many bytes may pass. Throws MLO_INTERRUPTED. */
  async pace(bytes: number, signal?: AbortSignal): Promise<void> {
    const now = performance.now();
    const from = Math.max(now - BURST_MS, this.#freeMs);
    this.#freeMs = from + bytes / this.#bytesPerMs;
    if (this.#freeMs <= now) return;
    await sleep(this.#freeMs - now, undefined, signal === undefined ? {} : { signal }).catch(() => throwIfInterrupted(signal));
  }
}
