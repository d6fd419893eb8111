import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { MloError } from '../core/errors/mlo-error.ts';
import { networkFileSystem } from '../fs/network-file-system.ts';
import { onNetwork } from './errors.ts';
import { migrate, refuseOther, SCHEMA_VERSION, schemaVersion } from './migrations/migrate.ts';
import { readImage } from './read-image.ts';
import { isSqliteFailure, withSqliteErrors } from './sqlite-errors.ts';
import { BUSY_MS, whenFree } from './when-free.ts';

export type Connection = Database.Database;

/** What a reader keeps of the file: a search reads the same pages again and again, and SQLite's 2 MB hold few of a large database. */
const PAGE_CACHE_KIB = 64 * 1024;

/** Bytes that the write-ahead log is cut back to after a checkpoint. */
const WAL_LIMIT = 32 * 1024 * 1024;

/** Says which network file system a path is on, if any. */
export type FindNetwork = (path: string) => string | undefined;

/**
 * Opens or creates the database at `path` for writing, in the current schema.
 * @throws MLO_TRACKING on a network file system too: the write-ahead log needs memory that all who have the database open share.
 */
export function openWritable(path: string, findNetwork: FindNetwork = networkFileSystem): Connection {
  const network = findNetwork(path);
  if (network !== undefined) throw onNetwork(path, network);
  return withSqliteErrors(path, () => {
    mkdirSync(dirname(path), { recursive: true });
    const db = new Database(path, { timeout: BUSY_MS });
    return closeOnFailure(db, () => {
      refuseOther(db, path);
      // It needs the file alone for a moment, and SQLite does not wait for that where two processes create the same database.
      whenFree(db, BUSY_MS, () => db.pragma('journal_mode = WAL'));
      db.pragma('synchronous = NORMAL');
      db.pragma('foreign_keys = ON');
      db.pragma(`journal_size_limit = ${WAL_LIMIT}`);
      migrate(db, path);
      return db;
    });
  });
}

/**
 * Opens the database at `path` for reading. Nothing is created: where there is no database, an
 * empty one in memory is read. An older schema is migrated first.
 */
export function openReadOnly(path: string, findNetwork: FindNetwork = networkFileSystem): Connection {
  return withSqliteErrors(path, () => {
    if (isAbsent(path)) return emptyDatabase();
    // Nobody writes there, so that what was copied there can be read as it is.
    const network = findNetwork(path);
    if (network !== undefined) return readIntoMemory(path, onNetwork(path, network));
    const db = openForQueries(path);
    const version = closeOnFailure(db, () => {
      refuseOther(db, path);
      return schemaVersion(db);
    });
    if (version === SCHEMA_VERSION) return db;
    db.close();
    // Version 0: another process is creating it right now, or died while doing so.
    if (version === 0) return emptyDatabase();
    return openMigrated(path, findNetwork);
  });
}

/** Where there is no room to migrate it, only what is read is migrated. */
function openMigrated(path: string, findNetwork: FindNetwork): Connection {
  try {
    openWritable(path, findNetwork).close();
  } catch (error) {
    const cause = error instanceof MloError ? error.cause : error;
    if (!isUnwritable(cause)) throw error;
    return readIntoMemory(path, cause);
  }
  return openForQueries(path);
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
    db.pragma(`cache_size = -${PAGE_CACHE_KIB}`);
    schemaVersion(db);
    return db;
  } catch (error) {
    db.close();
    if (!isUnwritable(error)) throw error;
    return readIntoMemory(path, error);
  }
}

/** SQLite writes `-shm` beside a WAL database to read it: not in a folder that is not ours to write, and not on a full disk. */
const UNWRITABLE = ['SQLITE_CANTOPEN', 'SQLITE_READONLY', 'SQLITE_FULL', 'SQLITE_IOERR_SHM', 'SQLITE_IOERR_WRITE', 'SQLITE_IOERR_TRUNCATE'];

function isUnwritable(error: unknown): error is Error {
  return isSqliteFailure(error) && UNWRITABLE.some((prefix) => error.code.startsWith(prefix));
}

/** Throws `why` where it is not known what the last commit left: less than that must not be read. */
function readIntoMemory(path: string, why: Error): Connection {
  const image = readImage(path);
  if (image === undefined) throw why;
  const db = new Database(image);
  return closeOnFailure(db, () => {
    refuseOther(db, path);
    migrate(db, path);
    db.pragma('query_only = ON');
    return db;
  });
}

/** What `work` gives; where it throws, nobody would close the database. */
export function closeOnFailure<T>(db: Connection, work: () => T): T {
  try {
    return work();
  } catch (error) {
    db.close();
    throw error;
  }
}
