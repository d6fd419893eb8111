import { setTimeout as sleep } from 'node:timers/promises';
import { isTransient } from './errors.ts';

/** Where nothing else is said. */
const MOST_ATTEMPTS = 6;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;

/** What fails for a reason that may pass is tried again, with pauses that double, each of a random length. */
export async function withAttempts<T>(work: () => Promise<T>, signal: AbortSignal | undefined, most = MOST_ATTEMPTS): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= most || !isTransient(error) || signal?.aborted === true) throw error;
      const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);
      await sleep(longest * (0.5 + Math.random() / 2), undefined, signal === undefined ? {} : { signal });
    }
  }
}
