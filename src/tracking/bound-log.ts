import { statSync } from 'node:fs';
import type { Connection } from './connection.ts';
import { isBusy } from './sqlite-errors.ts';
import { waitingAtMost } from './when-free.ts';

/**
 * SQLite takes the write-ahead log over into the database as it goes, but starts it anew only when nobody is reading from it: where several
 * write all the time that never comes, and the log grows without end. From so many bytes on it is waited for.
 */
const MOST_LOG_BYTES = 16 * 1024 * 1024;

/** How long readers are waited for, milliseconds; nobody can write meanwhile. */
const WAIT_MS = 100;

/** Keeps the log of the database small; to be called between transactions. Where readers hold it, the next call tries again. */
export function boundLog(db: Connection, path: string): void {
  const bytes = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  if (bytes <= MOST_LOG_BYTES) return;
  try {
    waitingAtMost(db, WAIT_MS, () => db.pragma('wal_checkpoint(TRUNCATE)'));
  } catch (error) {
    if (!isBusy(error)) throw error;
  }
}
