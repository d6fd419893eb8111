import { fieldsOf, uniqueFields, type Field } from '../../core/search/filter.ts';
import { printField } from '../../core/search/print.ts';
import { nearest } from '../../core/text/nearest.ts';
import type { Connection } from '../connection.ts';
import type { RunSearch, UnknownName } from './types.ts';

/** The metrics and params of a search that no run ever had: often the reason why it finds nothing. */
export function unknownNames(db: Connection, { filter, orderBy = [] }: RunSearch): readonly UnknownName[] {
  const fields = uniqueFields([...(filter === undefined ? [] : fieldsOf(filter)), ...orderBy.map(({ field }) => field)]);
  return fields.flatMap((field) => {
    const table = tableOf(field);
    if (table === undefined) return [];
    const exists = db.prepare(`SELECT 1 FROM names n JOIN ${table} t ON t.name = n.id WHERE n.name = ? LIMIT 1`).pluck();
    if (exists.get(field.name) !== undefined) return [];
    const known = db
      .prepare(`SELECT n.name FROM names n WHERE EXISTS (SELECT 1 FROM ${table} t WHERE t.name = n.id)`)
      .pluck()
      .all() as string[];
    const near = nearest(field.name, known);
    return [{ field: printField(field), ...(near === undefined ? {} : { near: printField({ ...field, name: near } as Field) }) }];
  });
}

/** That with the values of the field; by a constant, since tables cannot be bound. */
function tableOf(field: Field): 'series' | 'params' | 'inputs' | undefined {
  if (field.kind === 'metric') return 'series';
  if (field.kind === 'param') return 'params';
  return field.kind === 'data' ? 'inputs' : undefined;
}
