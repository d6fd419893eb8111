import type { RunsListData } from '../../app/runs-list.ts';
import { formatDuration } from '../format/duration.ts';
import { headline } from '../format/headline.ts';
import { printable } from '../format/printable.ts';
import { tableLines, VALUE_WIDTH, type Column } from '../format/table.ts';
import { formatTime } from '../format/time.ts';
import type { Style } from '../style.ts';
import { shortId, statusGlyph, statusPaint } from './run-status.ts';

export type ListedRun = RunsListData['runs'][number];

/** What a command or a reason may take of a line. */
const TEXT_WIDTH = 120;

/** One line a run. `nowMs`: for the time that running ones have taken. */
export function runsListLines(data: RunsListData, style: Style, nowMs: number): string[] {
  return tableLines(columns(style, nowMs), data.runs, style);
}

function columns(style: Style, nowMs: number): readonly Column<ListedRun>[] {
  return [
    { title: 'Run', text: (run) => shortId(run.id), paint: () => style.bold },
    { title: 'Name', text: (run) => (run.parentId === undefined ? '' : '  ') + printable(run.name), min: 8, max: VALUE_WIDTH },
    { title: 'Status', text: (run) => `${statusGlyph(run.status, style)} ${run.status}`, paint: (run) => statusPaint(run.status, style) },
    { title: 'Started', text: (run) => formatTime(run.startedMs), drop: 3 },
    { title: 'Time', text: (run) => formatDuration((run.endedMs ?? nowMs) - run.startedMs), align: 'right' },
    { title: 'Git', text: (run) => gitText(run), drop: 4 },
    { title: 'Command', text: (run) => printable(run.command ?? ''), paint: () => style.dim, min: 12, max: TEXT_WIDTH, drop: 2 },
    {
      title: 'Reason',
      text: (run) => headline(run.reason ?? ''),
      paint: (run) => statusPaint(run.status, style),
      min: 12,
      max: TEXT_WIDTH,
      drop: 1,
    },
  ];
}

function gitText({ git }: ListedRun): string {
  return git === undefined ? '' : `${git.commit.slice(0, 8)}${git.dirty ? '+' : ''}`;
}
