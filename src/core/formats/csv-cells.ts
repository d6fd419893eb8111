/** What a column of a CSV file is read as. */
export type CsvType = (typeof CSV_TYPES)[number];

export const CSV_TYPES = ['number', 'float32', 'int32', 'uint8', 'boolean', 'string', 'category'] as const;

/** Words that stand for a missing number; for a missing text only the empty cell does. */
const MISSING: ReadonlySet<string> = new Set(['', 'na', 'n/a', 'nan', 'null', 'none', '-nan', '<na>']);

const INFINITE: ReadonlyMap<string, number> = new Map([
  ['inf', Infinity],
  ['+inf', Infinity],
  ['-inf', -Infinity],
]);

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
  ['yes', true],
  ['no', false],
  ['t', true],
  ['f', false],
  ['1', true],
  ['0', false],
]);

/** Whether the cell says that there is no value. `words`: in place of the usual ones. */
export function isMissing(cell: string, type: CsvType, words: ReadonlySet<string> | undefined): boolean {
  if (words !== undefined) return words.has(cell);
  return cell === '' || (type !== 'string' && type !== 'category' && MISSING.has(cell.trim().toLowerCase()));
}

/** Decimal only: undefined for `0x10`, `1 000` and words. */
export function parseNumber(cell: string): number | undefined {
  const text = cell.trim();
  if (text === '') return undefined;
  const number = Number(text);
  if (Number.isNaN(number)) return INFINITE.get(text.toLowerCase());
  return /^0[xob]/i.test(text) ? undefined : number;
}

export function parseBoolean(cell: string): boolean | undefined {
  return BOOLEANS.get(cell.trim().toLowerCase());
}

export interface TypeGuess {
  see(cell: string): void;
  type(): CsvType;
}

/**
 * Number where every cell that is not missing is one (whole numbers beyond 2^53, which would lose digits, are none), boolean where all are
 * `true` or `false` in any case and none is missing, else string.
 */
export function guessType(words: ReadonlySet<string> | undefined): TypeGuess {
  let number = true;
  let boolean = true;
  let values = 0;
  return {
    see(cell) {
      if (!number && !boolean) return;
      if (isMissing(cell, 'number', words)) {
        boolean = false;
        return;
      }
      values += 1;
      boolean &&= /^\s*(true|false)\s*$/i.test(cell);
      const value = number ? parseNumber(cell) : undefined;
      number = value !== undefined && (Number.isSafeInteger(value) || !/^\s*[+-]?\d+\s*$/.test(cell));
    },
    type: () => (boolean && values > 0 ? 'boolean' : number ? 'number' : 'string'),
  };
}
