import { ENTRIES_A_LINE, type ChangingValue } from './record-format.ts';

export interface TagRow extends ChangingValue {
  readonly key: string;
}

/** Own properties whatever the keys are called. */
export function byKey(rows: readonly TagRow[]): { readonly [key: string]: ChangingValue } {
  return Object.fromEntries(rows.map(({ key, value, changedMs }) => [key, { value, changedMs }]));
}

export function* inLines<Row>(rows: readonly Row[]): Generator<readonly Row[]> {
  for (let from = 0; from < rows.length; from += ENTRIES_A_LINE) yield rows.slice(from, from + ENTRIES_A_LINE);
}

export function optional<Key extends string, T>(key: Key, value: T | null): { readonly [K in Key]?: T } {
  return (value === null ? {} : { [key]: value }) as { readonly [K in Key]?: T };
}
