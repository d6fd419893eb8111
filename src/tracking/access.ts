import type { Connection } from './connection.ts';
import { withSqliteErrors } from './sqlite-errors.ts';
import { BUSY_MS, whenFree } from './when-free.ts';

/** One open database, as the parts that are not the writer's queue work with it. */
export interface Access {
  readonly db: Connection;
  /** Unix milliseconds. */
  now(): number;
  /** One transaction: its queries see one state, whatever other processes write meanwhile. */
  read<T>(work: () => T): T;
  /** One transaction that has the right to write from its start; all of it or nothing. */
  write<T>(work: () => T): T;
  /** The same for work that waits for something; nothing else may be written through this handle meanwhile. */
  writeSlowly<T>(work: () => Promise<T>): Promise<T>;
}

interface AccessOptions {
  readonly db: Connection;
  readonly path: string;
  readonly now: () => number;
  /** Commits what was queued before; absent where nothing may be written. */
  readonly commit?: () => void;
}

/** @throws MLO_TRACKING from each of its functions. */
export function openAccess({ db, path, now, commit }: AccessOptions): Access {
  function prepareToWrite(): void {
    // Writing through a read-only handle is a mistake of ours, not of the user.
    if (commit === undefined) throw new Error(`${path} is opened read-only`);
    commit();
  }

  return {
    db,
    now,
    read(work) {
      commit?.();
      return withSqliteErrors(path, () => db.transaction(work).deferred());
    },
    write(work) {
      prepareToWrite();
      return withSqliteErrors(path, () => whenFree(db, BUSY_MS, () => db.transaction(work).immediate()));
    },
    async writeSlowly(work) {
      prepareToWrite();
      withSqliteErrors(path, () => whenFree(db, BUSY_MS, () => db.exec('BEGIN IMMEDIATE')));
      try {
        const result = await work();
        withSqliteErrors(path, () => db.exec('COMMIT'));
        return result;
      } catch (error) {
        if (db.inTransaction) db.exec('ROLLBACK');
        return withSqliteErrors(path, () => {
          throw error;
        });
      }
    },
  };
}
