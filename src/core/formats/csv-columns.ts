import { isMissing, parseBoolean, parseNumber, type CsvType } from './csv-cells.ts';

interface ColumnData {
  /** Missing cells are NaN. */
  readonly number: Float64Array;
  readonly float32: Float32Array;
  readonly int32: Int32Array;
  readonly uint8: Uint8Array;
  /** 0 or 1. */
  readonly boolean: Uint8Array;
  /** Missing cells are null. */
  readonly string: (string | null)[];
  /** Index into `categories`; missing cells are -1. */
  readonly category: Int32Array;
}

/** A column of a CSV file, as the typed array of its type. */
export type CsvColumn<Type extends CsvType = CsvType> = {
  readonly [Each in CsvType]: {
    readonly type: Each;
    readonly data: ColumnData[Each];
    /** Cells without a value. */
    readonly missing: number;
  } & (Each extends 'category' ? { /** The words, sorted. */ readonly categories: readonly string[] } : unknown);
}[Type];

export interface ColumnBuilder {
  readonly type: CsvType;
  /** Returns what was expected where the cell cannot be of the type. */
  add(cell: string): string | undefined;
  /** What was added; the next cell begins a new column. */
  take(): CsvColumn;
}

const WHOLE = {
  int32: { least: -(2 ** 31), most: 2 ** 31 - 1, make: (length: number) => new Int32Array(length) },
  uint8: { least: 0, most: 255, make: (length: number) => new Uint8Array(length) },
} as const;

export interface ColumnOptions {
  readonly words: ReadonlySet<string> | undefined;
  /** Of a category. */
  readonly categories?: readonly string[];
}

export function columnBuilder(type: CsvType, { words, categories = [] }: ColumnOptions): ColumnBuilder {
  const codes = new Map(categories.map((word, code) => [word, code]));
  const store = type === 'string' ? textStore() : numberStore(MAKE[type]);
  let missing = 0;
  const put = (value: number | string | null): undefined => {
    store.add(value);
    return undefined;
  };

  function addMissing(): string | undefined {
    if (type === 'int32' || type === 'uint8' || type === 'boolean') return `a value, as type '${type}' has none for a missing one`;
    missing += 1;
    return put(type === 'string' ? null : type === 'category' ? -1 : Number.NaN);
  }

  function add(cell: string): string | undefined {
    if (isMissing(cell, type, words)) return addMissing();
    switch (type) {
      case 'string':
        return put(cell);
      case 'category':
        return codes.has(cell) ? put(codes.get(cell) as number) : 'a known category';
      case 'boolean': {
        const value = parseBoolean(cell);
        return value === undefined ? 'true or false' : put(Number(value));
      }
      case 'number':
      case 'float32': {
        const value = parseNumber(cell);
        return value === undefined ? 'a number' : put(value);
      }
      case 'int32':
      case 'uint8': {
        const { least, most } = WHOLE[type];
        const value = parseNumber(cell);
        return Number.isInteger(value) && (value as number) >= least && (value as number) <= most
          ? put(value as number)
          : `a whole number from ${least} to ${most}`;
      }
    }
  }

  return {
    type,
    add,
    take() {
      const column = { type, data: store.take(), missing, ...(type === 'category' ? { categories } : {}) } as CsvColumn;
      missing = 0;
      return column;
    },
  };
}

const MAKE = {
  number: (length: number) => new Float64Array(length),
  float32: (length: number) => new Float32Array(length),
  int32: WHOLE.int32.make,
  uint8: WHOLE.uint8.make,
  boolean: (length: number) => new Uint8Array(length),
  category: (length: number) => new Int32Array(length),
};

interface Store {
  add(value: number | string | null): void;
  take(): unknown;
}

function textStore(): Store {
  let texts: (string | null)[] = [];
  return {
    add: (value) => void texts.push(value as string | null),
    take() {
      const taken = texts;
      texts = [];
      return taken;
    },
  };
}

/** Cells: a table may have as many columns as rows. */
const FIRST_ROOM = 16;

/** Grows by doubling; what is taken has the exact length. */
function numberStore(make: (length: number) => Float64Array | Float32Array | Int32Array | Uint8Array): Store {
  let numbers = make(FIRST_ROOM);
  let length = 0;
  return {
    add(value) {
      if (length === numbers.length) {
        const larger = make(length * 2);
        larger.set(numbers);
        numbers = larger;
      }
      numbers[length] = value as number;
      length += 1;
    },
    take() {
      const taken = numbers.slice(0, length);
      length = 0;
      return taken;
    },
  };
}
