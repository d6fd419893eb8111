import type { StageStatus, StatusData } from '../../app/types.ts';
import type { StageState } from '../../core/plan/types.ts';
import { formatDuration } from '../format/duration.ts';
import { count } from '../format/number.ts';
import { printable } from '../format/printable.ts';
import { tableLines, type Column } from '../format/table.ts';
import type { Style } from '../style.ts';
import { dataStatusLines } from './data-status.ts';
import { stateGlyph, statePaint } from './outcome.ts';
import { reasonSummary, reasonText } from './reason-text.ts';

export interface StatusShow {
  /** Every reason on a line of its own. */
  readonly why: boolean;
  /** Unchanged stages, too, however many there are. */
  readonly all: boolean;
  /** Unix milliseconds. */
  readonly now: number;
}

/** Above this many stages, unchanged ones are counted instead of listed. */
const LISTED = 30;

export function* statusLines(status: StatusData, style: Style, show: StatusShow): Generator<string> {
  yield* busyLines(status.busy, style, show.now);
  yield* shownStages(status, style, show);
  yield* dataStatusLines(status.data, status.outs, style);
}

/** Where only data was asked for, or there is only data, stages are not spoken of. */
function shownStages({ stages, data, elsewhere }: StatusData, style: Style, show: StatusShow): string[] {
  if (elsewhere !== undefined) return [`There are no stages here; others are in ${shortList(elsewhere)}.`];
  return stages.length === 0 && data.length > 0 ? [] : stageLines(stages, style, show);
}

function shortList(files: readonly string[]): string {
  const more = files.length - 1;
  return `${printable(files[0] ?? '')}${more === 0 ? '' : ` and ${count(more, 'more file')}`}`;
}

/** `repro --dry`. */
export function planLines(stages: readonly StageStatus[], style: Style): string[] {
  if (stages.length === 0) return ['There are no stages: nothing to do.'];
  return stageLines(stages, style, { why: true, all: false, now: 0 });
}

function stageLines(stages: readonly StageStatus[], style: Style, { why, all }: StatusShow): string[] {
  if (stages.length === 0) return ['There are no stages.'];
  const hidden = !all && stages.length > LISTED ? stages.filter((stage) => stage.state === 'unchanged').length : 0;
  const listed = hidden > 0 ? stages.filter((stage) => stage.state !== 'unchanged') : stages;
  const body = why ? listed.flatMap((stage) => detailLines(stage, style)) : stageTable(listed, style);
  const rest = hidden > 0 ? [style.dim(`${count(hidden, 'unchanged stage')} not listed (-v lists them)`)] : [];
  return [...body, ...rest, headline(stages, style)];
}

function headline(stages: readonly StageStatus[], style: Style): string {
  const states: readonly StageState[] = ['blocked', 'run', 'restore', 'unchanged'];
  const words = { blocked: 'blocked', run: 'to run', restore: 'to restore', unchanged: 'unchanged' };
  const parts = states.flatMap((state) => {
    const amount = stages.filter((stage) => stage.state === state).length;
    return amount === 0 ? [] : [statePaint(state, style)(`${amount} ${words[state]}`)];
  });
  return `${count(stages.length, 'stage')}: ${parts.join(', ')}`;
}

function stageTable(stages: readonly StageStatus[], style: Style): string[] {
  if (stages.length === 0) return [];
  const columns: readonly Column<StageStatus>[] = [
    { title: 'Stage', text: (row) => printable(row.name), min: 12 },
    { title: 'State', text: (row) => stateText(row, style), paint: (row) => statePaint(row.state, style) },
    { title: 'Why', text: (row) => reasonSummary(row.reasons, style.glyphs), min: 10, drop: 1 },
    { title: 'Last', text: (row) => (row.lastMs === undefined ? '' : formatDuration(row.lastMs)), align: 'right', drop: 2 },
  ];
  const hasTimes = stages.some((stage) => stage.lastMs !== undefined);
  return tableLines(hasTimes ? columns : columns.slice(0, 3), stages, style);
}

function detailLines(stage: StageStatus, style: Style): string[] {
  const head = `${statePaint(stage.state, style)(stateText(stage, style))} ${style.bold(printable(stage.name))}`;
  return [head, ...stage.reasons.map((reason) => `    ${reasonText(reason, style.glyphs, true)}`)];
}

function stateText(stage: StageStatus, style: Style): string {
  return `${stateGlyph(stage.state, style.glyphs)} ${stage.state}`;
}

function busyLines(busy: StatusData['busy'], style: Style, now: number): string[] {
  if (busy === undefined) return [];
  const since = formatDuration(Math.max(0, now - busy.sinceMs));
  return [style.yellow(`Busy: ${printable(busy.command)} (pid ${busy.pid} on ${printable(busy.host)}) has been writing for ${since}`)];
}
