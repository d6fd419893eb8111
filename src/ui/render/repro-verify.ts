import type { VerifiedStage, VerifyReproData } from '../../core/verified-stage.ts';
import { formatDuration } from '../format/duration.ts';
import { headline } from '../format/headline.ts';
import { count } from '../format/number.ts';
import { printable } from '../format/printable.ts';
import { tableLines, type Column } from '../format/table.ts';
import type { Style } from '../style.ts';
import { outcomeGlyph, outcomePaint } from './outcome.ts';

const AS_OUTCOME = { same: 'ran', differs: 'failed', failed: 'failed', skipped: 'unchanged', cancelled: 'cancelled' } as const;
const ORDER = ['differs', 'failed', 'cancelled', 'same', 'skipped'] as const;

/** Stage, whether it wrote the same again, and what differs; then the sums. */
export function verifyReproLines({ stages, durationMs }: VerifyReproData, style: Style): string[] {
  const paint = ({ verdict }: VerifiedStage) => outcomePaint(AS_OUTCOME[verdict], style);
  const columns: readonly Column<VerifiedStage>[] = [
    { title: 'Stage', text: ({ name }) => printable(name), min: 12 },
    { title: 'Again', text: ({ verdict }) => `${outcomeGlyph(AS_OUTCOME[verdict], style.glyphs)} ${verdict}`, paint },
    { title: 'What', text: what, min: 10, drop: 1 },
    { title: 'Time', text: ({ verdict, durationMs: took }) => (verdict === 'skipped' ? '' : formatDuration(took)), align: 'right' },
  ];
  const sums = ORDER.map((verdict) => ({ verdict, amount: stages.filter((each) => each.verdict === verdict).length }))
    .filter(({ amount }) => amount > 0)
    .map(({ verdict, amount }) => outcomePaint(AS_OUTCOME[verdict], style)(`${amount} ${verdict}`));
  return [
    ...tableLines(columns, stages, style),
    `${count(stages.length, 'stage')} verified: ${sums.join(', ')} in ${formatDuration(durationMs)}`,
  ];
}

function what({ verdict, why = '', outs = [], error }: VerifiedStage): string {
  if (verdict === 'differs') return outs.map(({ path }) => printable(path)).join(', ');
  return error === undefined ? why : headline(error.message);
}
