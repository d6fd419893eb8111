import { countPairs } from './confusion.ts';
import { TEMPLATES, type PlotOptions, type Template } from './definition.ts';
import type { BarPlot, ConfusionPlot, LinePlot, Plot } from './plot.ts';
import { columnOf, numberOf, numbersOf, plotError, wordsOf, type PlotTable } from './table.ts';

type Bar = BarPlot['bars'][number];

/** Columns of one file at one revision. */
export interface PlotSource {
  readonly revision: string;
  readonly table: PlotTable;
  readonly y: readonly string[] | undefined;
  /** `table`: where it is another file's. */
  readonly x: { readonly column: string; readonly table?: PlotTable } | undefined;
}

/** What stands on the x axis where the definition names no column. */
const ROW_NUMBER = 'step';

/** One picture of all sources. Throws MLO_PLOT where a column is missing or holds what cannot be drawn. */
export function buildPlot(id: string, sources: readonly PlotSource[], options: PlotOptions): Plot {
  const template = templateOf(options.template);
  if (template === 'confusion' || template === 'confusion_normalized') return confusionPlot(id, sources, options, template);
  if (template === 'bar_horizontal' || template === 'bar_horizontal_sorted') return barPlot(id, sources, options, template);
  return linePlot(id, sources, options, template);
}

/** A template of the user's own, which DVC would draw with Vega, becomes lines. */
export function templateOf(name: string | undefined): Template {
  return TEMPLATES.find((each) => each === name) ?? 'linear';
}

function linePlot(id: string, sources: readonly PlotSource[], options: PlotOptions, template: Template): LinePlot {
  const kind = template.startsWith('scatter') ? 'scatter' : 'line';
  const series = named(
    sources.flatMap((source) =>
      yNames(source).map((y) => {
        const ys = numbersOf(source.table, y);
        const xs = placesOf(source, ys.length);
        const ordered = kind === 'line' ? inOrder(xs, ys) : { xs, ys };
        return { revision: source.revision, file: source.table.file, x: source.x?.column ?? ROW_NUMBER, y, ...ordered };
      }),
    ),
  );
  return { kind, id, template, ...headOf(id, options, joined(series.map(({ x }) => x)), joined(series.map(({ y }) => y))), series };
}

/** x holds the lengths and y the words, as in DVC's template; where only y holds numbers it is the other way round. */
function barPlot(id: string, sources: readonly PlotSource[], options: PlotOptions, template: Template): BarPlot {
  const series = named(
    sources.map((source) => {
      const { table } = source;
      const y = yNames(source)[0] as string;
      const x = source.x?.column ?? partnerOf(table, y);
      const [labels, values] = isNumeric(table, x) ? [y, x] : [x, y];
      return {
        revision: source.revision,
        file: table.file,
        x: values,
        y: labels,
        xs: numbersOf(table, values),
        ys: [],
        labels: wordsOf(table, labels),
      };
    }),
  );
  const bars = rowsOfBars(series);
  if (template === 'bar_horizontal_sorted') bars.sort((a, b) => byLength(a.values[0], b.values[0]));
  const head = headOf(id, options, joined(series.map(({ x }) => x)), joined(series.map(({ y }) => y)));
  return { kind: 'bars', id, template, ...head, names: series.map(({ name }) => name), bars };
}

/** The column beside `y`: one of numbers for words, one of words for numbers, where there is such a one. */
function partnerOf(table: PlotTable, y: string): string {
  const others = table.names.filter((name) => name !== y);
  const words = isNumeric(table, y);
  return others.find((name) => isNumeric(table, name) !== words) ?? others[0] ?? y;
}

/** Bars of the same word stand beside each other; a word that a table has twice has two rows of bars. */
function rowsOfBars(series: readonly { readonly labels: readonly string[]; readonly xs: readonly number[] }[]): Bar[] {
  const bars = new Map<string, { readonly label: string; readonly values: (number | null)[] }>();
  for (const [at, { labels, xs }] of series.entries()) {
    const times = new Map<string, number>();
    for (const [row, label] of labels.entries()) {
      const time = (times.get(label) ?? 0) + 1;
      times.set(label, time);
      const key = `${time} ${label}`;
      const bar = bars.get(key) ?? { label, values: series.map(() => null) };
      bar.values[at] = xs[row] as number;
      bars.set(key, bar);
    }
  }
  return [...bars.values()];
}

/** The longest first, what has no length last. */
function byLength(a: number | null | undefined, b: number | null | undefined): number {
  const [left, right] = [a, b].map((value) => value ?? Number.NaN) as [number, number];
  if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
  return left === right ? 0 : right - left;
}

function confusionPlot(id: string, sources: readonly PlotSource[], options: PlotOptions, template: Template): ConfusionPlot {
  const matrices = named(
    sources.map((source) => {
      const y = yNames(source)[0] as string;
      const x = source.x?.column ?? source.table.names.find((name) => name !== y) ?? y;
      const counted = countPairs(wordsOf(source.table, y), wordsOf(source.table, x));
      return { revision: source.revision, file: source.table.file, x, y, ...counted };
    }),
  );
  const head = headOf(id, options, joined(matrices.map(({ x }) => x)), joined(matrices.map(({ y }) => y)));
  const normalized = template === 'confusion_normalized';
  return { kind: 'confusion', id, template, ...head, normalized, matrices: matrices.map(({ x: _x, y: _y, ...each }) => each) };
}

/** Default: the last column. */
function yNames({ table, y, x }: PlotSource): readonly string[] {
  if (y !== undefined && y.length > 0) return y;
  const last = table.names.filter((name) => name !== x?.column).at(-1) ?? table.names.at(-1);
  if (last === undefined) throw plotError(`'${table.file}' has no columns`, { file: table.file });
  return [last];
}

function placesOf({ table, x }: PlotSource, rows: number): readonly number[] {
  if (x === undefined) return Array.from({ length: rows }, (_, row) => row);
  const from = x.table ?? table;
  if (from.rows === rows) return numbersOf(from, x.column);
  throw plotError(`'${from.file}' has ${from.rows} rows and '${table.file}' ${rows}: x and y of two files need as many rows`, {
    file: table.file,
  });
}

/** Lines go from left to right; points without a place cannot be drawn. */
function inOrder(xs: readonly number[], ys: readonly number[]): { readonly xs: readonly number[]; readonly ys: readonly number[] } {
  let isAscending = true;
  for (let row = 0; row < xs.length && isAscending; row += 1)
    isAscending = row === 0 ? !Number.isNaN(xs[0]) : (xs[row] as number) >= (xs[row - 1] as number);
  if (isAscending) return { xs, ys };
  const order = xs.flatMap((x, row) => (Number.isNaN(x) ? [] : [row])).sort((a, b) => (xs[a] as number) - (xs[b] as number) || a - b);
  return { xs: order.map((row) => xs[row] as number), ys: order.map((row) => ys[row] as number) };
}

function isNumeric(table: PlotTable, name: string): boolean {
  return columnOf(table, name).every((cell) => numberOf(cell) !== undefined);
}

/** Names made of what differs: the revision, the file, the column. */
function named<Each extends { readonly revision: string; readonly file?: string; readonly x: string; readonly y: string }>(
  all: readonly Each[],
): readonly (Each & { readonly name: string })[] {
  const differs = (of: (each: Each) => string): boolean => new Set(all.map(of)).size > 1;
  const parts: ((each: Each) => string)[] = [];
  if (differs(({ revision }) => revision)) parts.push(({ revision }) => revision);
  if (differs(({ file = '' }) => file)) parts.push(({ file = '' }) => file);
  if (differs(({ y }) => y) || parts.length === 0) parts.push(({ y }) => y);
  return all.map((each) => ({ ...each, name: parts.map((part) => part(each)).join(' ') }));
}

function headOf(
  id: string,
  { title, xLabel, yLabel }: PlotOptions,
  x: string,
  y: string,
): { title: string; xLabel: string; yLabel: string } {
  return { title: title ?? id, xLabel: xLabel ?? x, yLabel: yLabel ?? y };
}

function joined(names: readonly string[]): string {
  return [...new Set(names)].join(', ');
}
