import type { Connection } from './connection.ts';

export interface Interned {
  /** Number of the row for `name`, made where there is none. */
  id(name: string): number;
  /** Numbers given since the last commit are void. */
  forget(): void;
}

/** Names of params, metrics and inputs stand once in the database and are referred to by number. */
export function internNames(db: Connection): Interned {
  const known = new Map<string, number>();
  const find = db.prepare('SELECT id FROM names WHERE name = ?').pluck();
  const insert = db.prepare('INSERT INTO names (name) VALUES (?)');
  return {
    id(name) {
      let id = known.get(name);
      if (id !== undefined) return id;
      id = find.get(name) as number | undefined;
      id ??= Number(insert.run(name).lastInsertRowid);
      known.set(name, id);
      return id;
    },
    forget: () => known.clear(),
  };
}
