import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { migrate, refuseNewerSchema, SCHEMA_VERSION, schemaVersion } from './migrations/migrate.ts';
import { isBusy, isSqliteFailure, withSqliteErrors } from './sqlite-errors.ts';

export type Connection = Database.Database;

/** How long a statement waits for another process's write, milliseconds. */
export const BUSY_MS = 10_000;

/** Bytes that the write-ahead log is cut back to after a checkpoint. */
const WAL_LIMIT = 32 * 1024 * 1024;

/** Opens or creates the database at `path` for writing, in the current schema. */
export function openWritable(path: string): Connection {
  return withSqliteErrors(path, () => {
    mkdirSync(dirname(path), { recursive: true });
    const db = new Database(path, { timeout: BUSY_MS });
    return closeOnFailure(db, () => {
      refuseNewerSchema(db, path);
      useWriteAheadLog(db);
      db.pragma('synchronous = NORMAL');
      db.pragma('foreign_keys = ON');
      db.pragma(`journal_size_limit = ${WAL_LIMIT}`);
      migrate(db, path);
    });
  });
}

/**
 * Opens the database at `path` for reading. Nothing is created: where there is no database, an
 * empty one in memory is read. An older schema is migrated first.
 */
export function openReadOnly(path: string): Connection {
  return withSqliteErrors(path, () => {
    if (isAbsent(path)) return emptyDatabase();
    const db = openForQueries(path);
    let version = 0;
    closeOnFailure(db, () => {
      refuseNewerSchema(db, path);
      version = schemaVersion(db);
    });
    if (version === SCHEMA_VERSION) return db;
    db.close();
    // Version 0: another process is creating it right now, or died while doing so.
    if (version === 0) return emptyDatabase();
    openWritable(path).close();
    return openForQueries(path);
  });
}

function isAbsent(path: string): boolean {
  return !existsSync(path) || (statSync(path).size === 0 && !existsSync(`${path}-wal`));
}

function emptyDatabase(): Connection {
  const db = new Database(':memory:');
  migrate(db, ':memory:');
  return db;
}

/**
 * A connection opened read-only would leave `-wal` and `-shm` files behind where nobody else has the
 * database open; one that could write but is told not to removes them when it closes.
 */
function openForQueries(path: string): Connection {
  const db = new Database(path, { timeout: BUSY_MS, fileMustExist: true });
  try {
    db.pragma('query_only = ON');
    schemaVersion(db);
    return db;
  } catch (error) {
    db.close();
    if (!isUnwritableFolder(error)) throw error;
    return readIntoMemory(path);
  }
}

function isUnwritableFolder(error: unknown): boolean {
  return isSqliteFailure(error) && (error.code.startsWith('SQLITE_CANTOPEN') || error.code.startsWith('SQLITE_READONLY'));
}

/** In a folder that cannot be written SQLite cannot read a WAL database, but no local writer can change it either. */
function readIntoMemory(path: string): Connection {
  const bytes = readFileSync(path);
  // Bytes 18 and 19 of the header: 2 = write-ahead log, 1 = rollback journal, which memory can do.
  bytes[18] = 1;
  bytes[19] = 1;
  const db = new Database(bytes);
  db.pragma('query_only = ON');
  return db;
}

/**
 * The switch to WAL needs the file alone for a moment, and SQLite does not wait for it when two
 * processes create the same database; so it is tried again until the usual limit.
 */
function useWriteAheadLog(db: Connection): void {
  const deadline = Date.now() + BUSY_MS;
  for (;;) {
    try {
      db.pragma('journal_mode = WAL');
      return;
    } catch (error) {
      if (!isBusy(error) || Date.now() > deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

function closeOnFailure(db: Connection, prepare: () => void): Connection {
  try {
    prepare();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
