import type { Statement } from 'better-sqlite3';
import type { Connection } from './connection.ts';

const known = new WeakMap<Connection, Map<string, Statement>>();

/**
 * The statement for this text, made once a connection: for what is done once for each of many runs. Whoever wants its rows plucked or raw
 * asks for that each time, and every user of one text asks for the same.
 */
export function prepared(db: Connection, sql: string): Statement {
  let statements = known.get(db);
  if (statements === undefined) known.set(db, (statements = new Map()));
  let statement = statements.get(sql);
  if (statement === undefined) statements.set(sql, (statement = db.prepare(sql)));
  return statement;
}
