import { describe, expect, it } from 'vitest';
import { tableLines, type Column } from '../../../src/ui/format/table.ts';
import { textWidth } from '../../../src/ui/format/text-width.ts';
import { plainStyle } from '../../../src/ui/style.ts';

interface Row {
  readonly name: string;
  readonly why: string;
  readonly time: string;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'Name', text: (row) => row.name, min: 6 },
  { title: 'Why', text: (row) => row.why, min: 8, drop: 1 },
  { title: 'Time', text: (row) => row.time, align: 'right' },
];
const ROWS = [
  { name: 'train', why: 'params.yaml:train.learning_rate 0.05 → 0.1', time: '2.1 s' },
  { name: 'a_very_long_stage_name@with-key', why: 'never run', time: '12 ms' },
];

describe('a table', () => {
  it('has its natural width where there is room', () => {
    expect(tableLines(COLUMNS, ROWS, plainStyle())).toEqual([
      'Name                             Why                                          Time',
      'train                            params.yaml:train.learning_rate 0.05 → 0.1  2.1 s',
      'a_very_long_stage_name@with-key  never run                                   12 ms',
    ]);
  });

  it('cuts the widest columns first', () => {
    expect(tableLines(COLUMNS, ROWS, plainStyle(60))).toEqual([
      'Name                       Why                          Time',
      'train                      params.yaml:train.learnin…  2.1 s',
      'a_very_long_stage_name@w…  never run                   12 ms',
    ]);
  });

  it('leaves a column out when cutting does not help', () => {
    expect(tableLines(COLUMNS, ROWS, plainStyle(22))).toEqual([
      'Name              Time',
      'train            2.1 s',
      'a_very_long_st…  12 ms',
    ]);
  });

  it.each([1, 5, 10, 17, 22, 40, 80, 200])('is never wider than %d columns', (width) => {
    for (const line of tableLines(COLUMNS, ROWS, plainStyle(width))) expect(textWidth(line)).toBeLessThanOrEqual(width);
  });

  it('leaves out columns without any text', () => {
    const rows = ROWS.map((row) => ({ ...row, why: '' }));
    expect(tableLines(COLUMNS, rows, plainStyle(40))[0]).toMatch(/^Name +Time$/);
  });

  it('keeps a column that is to be there always, and cuts what is wider than it may be where there is room, too', () => {
    const rows = ROWS.map((row) => ({ ...row, name: 'n'.repeat(600), time: '' }));
    const columns = [
      { ...COLUMNS[0]!, max: 10 },
      { ...COLUMNS[2]!, always: true },
    ];
    expect(tableLines(columns, rows.slice(1), plainStyle())).toEqual(['Name        Time', `${'n'.repeat(9)}…`]);
  });

  it('colours cells without moving columns', () => {
    const style = { ...plainStyle(60), red: (text: string) => `\u001b[31m${text}\u001b[39m` };
    const coloured = tableLines([{ ...COLUMNS[0]!, paint: () => style.red }, ...COLUMNS.slice(1)], ROWS, style);
    expect(coloured[1]).toMatch(/^\u001b\[31mtrain\u001b\[39m {22}params/);
  });
});
