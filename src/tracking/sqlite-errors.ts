import { MloError } from '../core/errors/mlo-error.ts';
import { shellWord } from '../core/text/shell-word.ts';

interface SqliteFailure {
  readonly code: string;
  readonly message: string;
}

/** Rows that SQLite gives, but that nobody of us wrote; `withSqliteErrors` says so with the name of the file. */
export class RowDamage extends Error {}

/** Another connection holds the write lock: nothing is wrong, only late. */
export function isBusy(error: unknown): boolean {
  return isSqliteFailure(error) && error.code.startsWith('SQLITE_BUSY');
}

export function isSqliteFailure(error: unknown): error is Error & SqliteFailure {
  return error instanceof Error && error.constructor.name === 'SqliteError' && typeof (error as { code?: unknown }).code === 'string';
}

/** Not what SQLite says of one row: a full disk, a lock, damage. What is written may well be right, and be taken later. */
export function isOfDatabase(error: unknown): boolean {
  return isSqliteFailure(error) && !/^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG)/.test(error.code);
}

/** Runs `work` on the database at `path`; what SQLite refuses becomes MLO_TRACKING. */
export function withSqliteErrors<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RowDamage) {
      const message = `The tracking database ${path} is damaged: ${error.message}.`;
      throw new MloError('MLO_TRACKING', message, { hint: 'mlo verify', details: { path }, cause: error });
    }
    if (!isSqliteFailure(error)) throw error;
    const known = NOT_LAID_OUT.test(error.message) ? LAID_OUT_OTHERWISE : EXPLANATIONS.find(([prefix]) => error.code.startsWith(prefix));
    // A constraint that no rule of ours caught first is a fault of ours, not the user's.
    if (known === undefined) throw error;
    const [, what, hint] = known;
    throw new MloError('MLO_TRACKING', `The tracking database ${path} ${what} (${error.code}: ${error.message}).`, {
      hint: hint(path),
      details: { path, sqlite: error.code },
      cause: error,
    });
  }
}

/** Saves what can still be read of a damaged file into a new one beside it. */
export function recoverCommand(path: string): string {
  return `sqlite3 ${shellWord(path)} .recover | sqlite3 ${shellWord(`${path}.recovered`)}`;
}

function setAside(path: string): string {
  return `mv ${shellWord(path)} ${shellWord(`${path}.broken`)}`;
}

type Explanation = readonly [prefix: string, what: string, hint: (path: string) => string];

/** Our statements fit our schema: where one does not, the file has lost part of it, or never had it. */
const NOT_LAID_OUT = /^no such (table|column)|has no column named|^malformed database schema/;
const LAID_OUT_OTHERWISE: Explanation = ['SQLITE_ERROR', 'does not have the tables of mlo', setAside];

const EXPLANATIONS: readonly Explanation[] = [
  ['SQLITE_BUSY', 'is being written by another process and did not become free', () => 'mlo status'],
  ['SQLITE_LOCKED', 'is being written by another process and did not become free', () => 'mlo status'],
  ['SQLITE_NOTADB', 'is not a SQLite database', setAside],
  ['SQLITE_CORRUPT', 'is damaged', recoverCommand],
  ['SQLITE_FULL', 'cannot be written: the disk is full', (path) => `df -h ${shellWord(path)}`],
  ['SQLITE_READONLY', 'cannot be written', (path) => `ls -l ${shellWord(path)}`],
  ['SQLITE_CANTOPEN', 'cannot be opened', (path) => `ls -l ${shellWord(path)}`],
  ['SQLITE_PERM', 'cannot be opened', (path) => `ls -l ${shellWord(path)}`],
  ['SQLITE_IOERR', 'cannot be read or written', (path) => `df -h ${shellWord(path)}`],
  ['SQLITE_PROTOCOL', 'cannot be locked on this file system', (path) => `df -T ${shellWord(path)}`],
];
