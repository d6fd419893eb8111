import type { RunsCompareData } from '../../app/runs/compare.ts';
import type { DataChange } from '../../app/runs/compare/data-changes.ts';
import type { CompareRow } from '../../core/compare/rows.ts';
import type { Value } from '../../core/value.ts';
import { formatBytes } from '../format/bytes.ts';
import { formatDuration } from '../format/duration.ts';
import { count, formatNumber } from '../format/number.ts';
import { printable } from '../format/printable.ts';
import { tableLines, VALUE_WIDTH, type Column } from '../format/table.ts';
import { formatTime } from '../format/time.ts';
import { valueText } from '../format/value-text.ts';
import type { Paint, Style } from '../style.ts';
import { shortId, statusGlyph, statusPaint } from './run-status.ts';
import type { ListedRun } from './runs-list.ts';

/** More runs than these stand below each other, not side by side. */
const MOST_SIDE_BY_SIDE = 4;
const MOST_FILES = 20;
/** A digest or commit is cut to this. */
const DIGEST_SHOWN = 12;

/** Who the runs are, then what differs between them, section by section. The best value of a metric is marked with *. */
export function runsCompareLines(data: RunsCompareData, style: Style, nowMs: number): string[] {
  const names = columnNames(data.runs);
  const sections = [...Map.groupBy(data.rows, (row) => row.section)];
  const table = data.runs.length > MOST_SIDE_BY_SIDE ? belowEachOther : sideBySide;
  return [
    ...whoLines(data.runs, names, style, nowMs),
    ...sections.flatMap(([section, rows]) => ['', style.bold(section), ...table(rows, names, style)]),
    ...codeLines(data, style),
    ...dataLines(data, style),
    '',
    style.dim(data.rows.length === 0 ? 'Nothing that was recorded differs.' : equalText(data.equal)),
  ];
}

/** Names where they tell the runs apart, else the beginnings of their ids. */
function columnNames(runs: readonly ListedRun[]): string[] {
  const distinct = new Set(runs.map((run) => run.name)).size === runs.length;
  return runs.map((run) => (distinct ? printable(run.name) : shortId(run.id)));
}

function whoLines(runs: readonly ListedRun[], names: readonly string[], style: Style, nowMs: number): string[] {
  const columns: Column<ListedRun>[] = [
    { title: 'Run', text: (run) => shortId(run.id), paint: () => style.bold },
    { title: 'Name', text: (run) => printable(run.name), min: 8, max: VALUE_WIDTH },
    { title: 'Status', text: (run) => `${statusGlyph(run.status, style)} ${run.status}`, paint: (run) => statusPaint(run.status, style) },
    { title: 'Started', text: (run) => formatTime(run.startedMs), drop: 2 },
    { title: 'Time', text: (run) => formatDuration((run.endedMs ?? nowMs) - run.startedMs), align: 'right', drop: 1 },
  ];
  return names.length === 0 ? [] : tableLines(columns, runs, style);
}

function sideBySide(rows: readonly CompareRow[], names: readonly string[], style: Style): string[] {
  const columns: Column<CompareRow>[] = names.flatMap((name, index) => {
    const value: Column<CompareRow> = {
      title: name,
      text: (row) => marked(row, index),
      paint: (row) => bestPaint(row, index, style),
      min: 8,
      max: VALUE_WIDTH,
    };
    if (index === 0 || rows[0]?.deltas === undefined) return [value];
    const delta: Column<CompareRow> = {
      title: style.glyphs.unicode ? 'Δ' : 'change',
      text: (row) => deltaText(row.deltas?.[index]),
      paint: () => style.dim,
    };
    return [value, delta];
  });
  return tableLines([{ title: 'Key', text: (row) => printable(row.key), min: 12, max: VALUE_WIDTH }, ...columns], rows, style, '  ');
}

/** A line a run, a column a key. */
function belowEachOther(rows: readonly CompareRow[], names: readonly string[], style: Style): string[] {
  const columns = rows.map((row, position): Column<number> => ({
    title: printable(row.key),
    text: (index) => marked(row, index),
    paint: (index) => bestPaint(row, index, style),
    min: 8,
    max: VALUE_WIDTH,
    drop: position,
  }));
  return tableLines(
    [{ title: 'Run', text: (index) => names[index] ?? '', min: 8, max: VALUE_WIDTH }, ...columns],
    [...names.keys()],
    style,
    '  ',
  );
}

function marked(row: CompareRow, index: number): string {
  const value = row.values[index];
  if (value === undefined) return '-';
  return (row.best?.includes(index) === true ? '* ' : '') + sideText(row, value);
}

function sideText({ section, key }: CompareRow, value: Value): string {
  if (typeof value === 'number') return formatNumber(value, 8);
  if (typeof value !== 'string' || section === 'params') return valueText(value);
  const isDigest = section === 'data' || (section === 'code' && key !== 'branch');
  return printable(isDigest ? value.slice(0, DIGEST_SHOWN) : value);
}

function bestPaint(row: CompareRow, index: number, style: Style): Paint {
  return row.best?.includes(index) === true ? (text) => style.bold(style.green(text)) : (text) => text;
}

function deltaText(delta: number | undefined): string {
  if (delta === undefined || delta === 0) return '';
  return delta > 0 ? `+${formatNumber(delta)}` : formatNumber(delta);
}

function codeLines({ code = [] }: RunsCompareData, style: Style): string[] {
  if (code.length === 0) return [];
  const shown = code.slice(0, MOST_FILES).map(({ status, path, from }) => {
    return `  ${status} ${from === undefined ? '' : `${printable(from)} ${style.glyphs.arrow} `}${printable(path)}`;
  });
  const more = code.length - shown.length;
  return [
    '',
    style.bold('files that differ between the commits'),
    ...shown,
    ...(more > 0 ? [style.dim(`  and ${count(more, 'more file')}`)] : []),
  ];
}

function dataLines({ data = [] }: RunsCompareData, style: Style): string[] {
  if (data.length === 0) return [];
  const lines = data.map(({ path, old, new: now, counts }) => {
    const sizes = `${sideSize(old)} ${style.glyphs.arrow} ${sideSize(now)}`;
    const changes =
      counts === undefined
        ? ''
        : ` (${Object.entries(counts)
            .flatMap(([kind, files]) => (files > 0 ? [`${files} ${kind}`] : []))
            .join(', ')})`;
    return `  ${printable(path)}  ${sizes}${changes}`;
  });
  return ['', style.bold('what changed in the data'), ...lines];
}

function sideSize({ size, files }: DataChange['old']): string {
  const bytes = size === undefined ? 'unknown size' : formatBytes(size);
  return files === undefined ? bytes : `${count(files, 'file')}, ${bytes}`;
}

function equalText(equal: number): string {
  return equal === 0 ? 'Everything that was recorded differs.' : `${count(equal, 'value')} equal in all of them: --all shows them, too.`;
}
