import type { ReproData } from '../../app/types.ts';
import type { StageReport } from '../../core/events.ts';
import type { StageOutcome } from '../../core/plan/types.ts';
import { formatDuration } from '../format/duration.ts';
import { headline } from '../format/headline.ts';
import { count } from '../format/number.ts';
import { printable } from '../format/printable.ts';
import { tableLines, type Column } from '../format/table.ts';
import type { Style } from '../style.ts';
import { outcomeGlyph, outcomePaint } from './outcome.ts';
import { reasonSummary } from './reason-text.ts';

/** Above this many stages, unchanged ones are counted instead of listed. */
const LISTED = 30;
const ORDER: readonly StageOutcome[] = ['failed', 'blocked', 'cancelled', 'ran', 'restored', 'unchanged'];

/** The table that ends every repro: stage, outcome, why, time, time saved; then the sums. */
export function reproTable(data: Pick<ReproData, 'stages' | 'durationMs'>, style: Style, all = false): string[] {
  const hidden = !all && data.stages.length > LISTED ? data.stages.filter((stage) => stage.outcome === 'unchanged').length : 0;
  const listed = hidden > 0 ? data.stages.filter((stage) => stage.outcome !== 'unchanged') : data.stages;
  const table = listed.length === 0 ? [] : tableLines(columns(style), listed, style);
  const rest = hidden > 0 ? [style.dim(`${count(hidden, 'unchanged stage')} not listed (-v lists them)`)] : [];
  return [...table, ...rest, sums(data, style)];
}

function columns(style: Style): readonly Column<StageReport>[] {
  const paint = (row: StageReport) => outcomePaint(row.outcome, style);
  return [
    { title: 'Stage', text: (row) => printable(row.name), min: 12 },
    { title: 'Outcome', text: (row) => `${outcomeGlyph(row.outcome, style.glyphs)} ${row.outcome}`, paint },
    { title: 'Why', text: (row) => why(row, style), min: 10, drop: 1 },
    {
      title: 'Time',
      text: (row) => (row.outcome === 'ran' || row.outcome === 'failed' ? formatDuration(row.durationMs) : ''),
      align: 'right',
    },
    { title: 'Saved', text: (row) => (row.savedMs === undefined ? '' : formatDuration(row.savedMs)), align: 'right', drop: 2 },
  ];
}

function why(row: StageReport, style: Style): string {
  const tries = row.attempts === undefined ? '' : row.outcome === 'failed' ? `${row.attempts} attempts: ` : `attempt ${row.attempts}; `;
  if (row.error !== undefined && row.outcome === 'failed') return tries + withoutName(headline(row.error.message), row.name);
  return tries + reasonSummary(row.reasons, style.glyphs);
}

/** The row has it already. */
function withoutName(text: string, name: string): string {
  const start = `Stage '${printable(name)}' `;
  return text.startsWith(start) ? text.slice(start.length) : text;
}

function sums(data: Pick<ReproData, 'stages' | 'durationMs'>, style: Style): string {
  const amounts = ORDER.map((outcome) => ({ outcome, amount: data.stages.filter((stage) => stage.outcome === outcome).length }));
  const parts = amounts
    .filter(({ amount }) => amount > 0)
    .map(({ outcome, amount }) => outcomePaint(outcome, style)(`${amount} ${outcome}`));
  const savedMs = data.stages.reduce((sum, stage) => sum + (stage.savedMs ?? 0), 0);
  const saved = savedMs > 0 ? `, ${formatDuration(savedMs)} saved` : '';
  return `${count(data.stages.length, 'stage')}: ${parts.join(', ')} in ${formatDuration(data.durationMs)}${saved}`;
}
