import type { Connection } from './connection.ts';

export interface Interned {
  /** Number of the row for `name`, made where there is none. */
  id(name: string): number;
  /** Numbers given since the last commit are void. */
  forget(): void;
}

/** Texts that stand once in `table` and are referred to by number. */
export function internIn(db: Connection, table: 'names' | 'experiments', now: () => number): Interned {
  const known = new Map<string, number>();
  const find = db.prepare(`SELECT id FROM ${table} WHERE name = ?`).pluck();
  const insert =
    table === 'names'
      ? db.prepare('INSERT INTO names (name) VALUES (?)')
      : db.prepare('INSERT INTO experiments (name, created_ms) VALUES (?, ?)');
  return {
    id(name) {
      let id = known.get(name);
      if (id !== undefined) return id;
      id = find.get(name) as number | undefined;
      id ??= Number(insert.run(...(table === 'names' ? [name] : [name, now()])).lastInsertRowid);
      known.set(name, id);
      return id;
    },
    forget: () => known.clear(),
  };
}
