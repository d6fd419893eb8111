import type { RunsSearchData } from '../../app/runs/search.ts';
import { own } from '../../core/own.ts';
import type { Field } from '../../core/search/filter.ts';
import { parseColumns } from '../../core/search/parse-order.ts';
import { formatDuration } from '../format/duration.ts';
import { formatNumber } from '../format/number.ts';
import { printable } from '../format/printable.ts';
import { leftOut, tableLines, VALUE_WIDTH, type Column } from '../format/table.ts';
import { formatTime } from '../format/time.ts';
import { valueText } from '../format/value-text.ts';
import type { Style } from '../style.ts';
import { shortId, statusGlyph, statusPaint } from './run-status.ts';

type FoundRun = RunsSearchData['runs'][number];

/** What a table takes where lines may be of any length: more can hardly be read. */
const READABLE_WIDTH = 160;

export interface SearchText {
  readonly lines: readonly string[];
  /** Columns that have no place. */
  readonly leftOut: readonly string[];
}

/**
 * One line a run: who it is, then the columns, as many as are readable or with `wide` all. The best value of the metric that orders is marked.
 * `nowMs`: for how long running ones have lasted.
 */
export function runsSearchText(
  { runs, columns, best }: RunsSearchData,
  given: Style,
  nowMs: number,
  { wide }: { readonly wide: boolean },
): SearchText {
  const isPiped = given.width === Infinity;
  const style = { ...given, width: isPiped && !wide ? READABLE_WIDTH : wide ? Infinity : given.width };
  const own = columns.flatMap((name) =>
    parseColumns(name).map((field) => fieldColumn(name, field, runs, best?.column === name ? best : undefined, style, nowMs)),
  );
  const named = [...baseColumns(style), ...own.map((column, index) => ({ ...column, drop: index }))];
  // Whoever reads what a pipe brings looks for values: fewer of them, and those whole.
  const all = isPiped ? named.map(({ min: _min, ...column }) => column) : named;
  return { lines: tableLines(all, runs, style), leftOut: leftOut(all, runs, style) };
}

function baseColumns(style: Style): readonly Column<FoundRun>[] {
  return [
    { title: 'Run', text: (run) => shortId(run.id), paint: () => style.bold },
    { title: 'Name', text: (run) => printable(run.name), min: 8, max: VALUE_WIDTH },
    { title: 'Status', text: (run) => `${statusGlyph(run.status, style)} ${run.status}`, paint: (run) => statusPaint(run.status, style) },
    { title: 'Started', text: (run) => formatTime(run.startedMs), drop: 100 },
  ];
}

function fieldColumn(
  title: string,
  field: Field,
  runs: readonly FoundRun[],
  best: { readonly highest: boolean } | undefined,
  style: Style,
  nowMs: number,
): Column<FoundRun> {
  if (field.kind !== 'metric') return { title, text: (run) => fieldText(run, field, nowMs), min: 8, max: VALUE_WIDTH, always: true };
  const values = runs.map((run) => metricValue(run, field)).filter((value) => value !== undefined && !Number.isNaN(value)) as number[];
  const top = best === undefined || values.length === 0 ? undefined : values.reduce((a, b) => (best.highest === a > b ? a : b));
  const isTop = (run: FoundRun): boolean => top !== undefined && metricValue(run, field) === top;
  return {
    title,
    align: 'right',
    always: true,
    text: (run) => {
      const value = metricValue(run, field);
      return value === undefined ? '' : (isTop(run) ? '* ' : '') + formatNumber(value);
    },
    paint: (run) => (isTop(run) ? (text) => style.bold(style.green(text)) : (text) => text),
  };
}

function metricValue(run: FoundRun, { name, of }: Field & { readonly kind: 'metric' }): number | undefined {
  const metric = own(run.metrics, name);
  switch (of) {
    case 'last':
      return metric?.value;
    case 'points':
      return metric?.points;
    default:
      return metric?.[of]?.value;
  }
}

function fieldText(run: FoundRun, field: Exclude<Field, { kind: 'metric' }>, nowMs: number): string {
  switch (field.kind) {
    case 'param': {
      const value = own(run.params, field.name);
      return value === undefined ? '' : valueText(value);
    }
    case 'tag':
      return printable(own(run.tags, field.name) ?? '');
    case 'data':
      return shortId(own(run.data, field.name) ?? '');
    case 'dataset':
      return '';
    case 'attribute':
      return attributeText(run, field.name, nowMs);
  }
}

function attributeText(run: FoundRun, name: (Field & { readonly kind: 'attribute' })['name'], nowMs: number): string {
  switch (name) {
    case 'run_id':
      return shortId(run.id);
    case 'start_time':
      return formatTime(run.startedMs);
    case 'end_time':
      return run.endedMs === undefined ? '' : formatTime(run.endedMs);
    case 'duration':
      return formatDuration((run.endedMs ?? nowMs) - run.startedMs);
    case 'parent':
      return shortId(run.parentId ?? '');
    case 'git.commit':
      return (run.git?.commit ?? '').slice(0, 8);
    case 'git.branch':
      return printable(run.git?.branch ?? '');
    case 'git.dirty':
      return run.git === undefined ? '' : String(run.git.dirty);
    default:
      return printable(run[name] ?? '');
  }
}
