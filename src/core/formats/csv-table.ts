import { describeValue } from '../errors/wrong-argument.ts';
import type { MloError } from '../errors/mlo-error.ts';
import { nearest } from '../text/nearest.ts';
import type { CsvType } from './csv-cells.ts';
import type { CsvColumn } from './csv-columns.ts';
import { dataError } from './data-error.ts';

export type CsvTypes = { readonly [column: string]: CsvType };

/** Columns of a CSV file by name; those whose type was given have it in TypeScript too. */
export type CsvColumns<Types extends CsvTypes> = { readonly [Name in keyof Types]: CsvColumn<Types[Name]> } & {
  readonly [name: string]: CsvColumn;
};

export interface CsvTable<Types extends CsvTypes = CsvTypes> {
  /** In order of the file. */
  readonly names: readonly string[];
  readonly rows: number;
  readonly columns: CsvColumns<Types>;
  /** Columns beside each other, row by row, as `tf.tensor2d(data, shape)` wants them. Throws MLO_DATA for columns that are no numbers. */
  matrix(names?: readonly string[]): { readonly data: Float32Array; readonly shape: [rows: number, columns: number] };
}

export function csvTable<Types extends CsvTypes>(
  path: string,
  names: readonly string[],
  rows: number,
  columns: { readonly [name: string]: CsvColumn },
): CsvTable<Types> {
  return {
    names,
    rows,
    columns: columns as CsvColumns<Types>,
    matrix(chosen = names.filter((name) => columns[name]?.type !== 'string')) {
      if (!Array.isArray(chosen)) throw dataError(path, 'matrix', { expected: 'a list of names of columns', found: describeValue(chosen) });
      const data = new Float32Array(rows * chosen.length);
      for (const [at, name] of chosen.entries()) {
        const column = columns[name];
        if (column === undefined) throw noColumn(path, name, names);
        if (column.type === 'string')
          throw dataError(path, `column '${name}'`, { expected: 'numbers, booleans or a category', found: 'texts' });
        for (let row = 0; row < rows; row += 1) data[row * chosen.length + at] = column.data[row] as number;
      }
      return { data, shape: [rows, chosen.length] };
    },
  };
}

export function noColumn(path: string, name: string, names: readonly string[]): MloError {
  const meant = nearest(name, names);
  const listed = names.length <= 12 ? names.join(', ') : `${names.slice(0, 12).join(', ')} and ${names.length - 12} more`;
  return dataError(path, `there is no column '${name}'`, {
    hint: `${meant === undefined ? '' : `Did you mean '${meant}'? `}Columns: ${listed}`,
  });
}
