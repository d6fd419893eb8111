import type { Connection } from './connection.ts';
import { isBusy } from './sqlite-errors.ts';

/** How long a statement waits for another connection's write by itself, milliseconds. */
export const BUSY_MS = 10_000;

/** Within the first tenth of a second SQLite looks eight times, from then on ten times a second. Shorter is fairer, and slower for all: who goes on at once still has its pages. */
const LOOK_MS = 100;

/**
 * Does `work`, which needs the right to write from its beginning (a transaction, or the switch to the write-ahead log), as soon as no other connection
 * writes; after `mostMs` milliseconds it throws what SQLite throws.
 * SQLite's own waiting may never find it free where many commit one after the other: of sixteen processes that do nothing else one waited
 * 6 to 8 seconds, and 1.5 to 1.9 this way.
 */
export function whenFree<T>(db: Connection, mostMs: number, work: () => T): T {
  return waitingAtMost(db, LOOK_MS, () => {
    // Looks are counted, because on a loaded machine each takes longer; it takes its time where SQLite refuses at once, too.
    for (let waitedMs = LOOK_MS; ; waitedMs += LOOK_MS) {
      const since = performance.now();
      try {
        return work();
      } catch (error) {
        if (!isBusy(error) || waitedMs >= mostMs) throw error;
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.max(0, LOOK_MS - (performance.now() - since)));
    }
  });
}

/** Statements of `work` wait so many milliseconds for other connections, and not as long as others. */
export function waitingAtMost<T>(db: Connection, milliseconds: number, work: () => T): T {
  db.pragma(`busy_timeout = ${milliseconds}`);
  try {
    return work();
  } finally {
    db.pragma(`busy_timeout = ${BUSY_MS}`);
  }
}
