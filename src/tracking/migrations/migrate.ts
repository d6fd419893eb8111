import { MloError } from '../../core/errors/mlo-error.ts';
import type { Connection } from '../connection.ts';
import { runs } from './0001-runs.ts';
import { linkOrder } from './0002-link-order.ts';
import { entities } from './0003-entities.ts';

/** Number n of this list brings a database from version n-1 to n. A released one is never edited. */
const MIGRATIONS: readonly (string | ((db: Connection) => void))[] = [runs, linkOrder, entities];

/** Version that this mlo reads and writes; kept in SQLite's `user_version`. */
export const SCHEMA_VERSION = MIGRATIONS.length;

export function schemaVersion(db: Connection): number {
  return db.pragma('user_version', { simple: true }) as number;
}

/** @throws MLO_FORMAT_VERSION for a database of a newer mlo, MLO_TRACKING for one of another program, to which nothing may be added. */
export function refuseOther(db: Connection, path: string): void {
  // One state: another process may be creating the database, all of it in one transaction.
  const { found, tables } = db.transaction(() => ({ found: schemaVersion(db), tables: tablesIn(db) })).deferred();
  if (found === 0 && tables > 0) throw ofAnotherProgram(path);
  if (found <= SCHEMA_VERSION) return;
  throw new MloError('MLO_FORMAT_VERSION', `${path} has schema ${found}; this mlo knows schemas up to ${SCHEMA_VERSION}.`, {
    hint: 'npm install mlo-cli@latest',
    details: { path, found, supported: SCHEMA_VERSION },
  });
}

function tablesIn(db: Connection): number {
  return db.prepare("SELECT count(*) FROM sqlite_schema WHERE type = 'table'").pluck().get() as number;
}

function ofAnotherProgram(path: string): MloError {
  return new MloError('MLO_TRACKING', `${path} is a database of another program: it has tables, but no schema of mlo.`, {
    hint: 'mlo config tracking.path .mlo/tracking.db',
    details: { path },
  });
}

/** Brings the database up to `SCHEMA_VERSION` in one transaction; safe with other processes doing the same. */
export function migrate(db: Connection, path: string): void {
  refuseOther(db, path);
  if (schemaVersion(db) === SCHEMA_VERSION) return;
  const apply = db.transaction(() => {
    refuseOther(db, path);
    for (const migration of MIGRATIONS.slice(schemaVersion(db))) {
      if (typeof migration === 'string') db.exec(migration);
      else migration(db);
    }
    db.pragma(`user_version = ${SCHEMA_VERSION}`);
  });
  // Tables that are made anew under their old names must not take along what refers to them.
  const enforced = db.pragma('foreign_keys', { simple: true }) as number;
  db.pragma('foreign_keys = OFF');
  try {
    apply.immediate();
  } finally {
    db.pragma(`foreign_keys = ${enforced}`);
  }
}
