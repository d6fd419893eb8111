import { formatDuration } from '../format/duration.ts';
import { formatNumber } from '../format/number.ts';
import { printable } from '../format/printable.ts';
import { padEnd, padStart, textWidth, truncate } from '../format/text-width.ts';
import type { Style } from '../style.ts';
import { reasonSummary } from '../render/reason-text.ts';
import type { LiveState, RunningStage } from './state.ts';

const METRICS_SHOWN = 3;
const NAME_WIDTH = 24;
const TIME_WIDTH = 11;

/** One row for each running stage, as many as fit; the rest is counted. */
export function runningRows(state: LiveState, nowMs: number, rows: number, style: Style): string[] {
  const stages = [...state.running.values()];
  const shown = stages.length > rows ? stages.slice(0, Math.max(0, rows - 1)) : stages;
  const nameWidth = Math.min(NAME_WIDTH, Math.max(0, ...shown.map((stage) => textWidth(stage.name))));
  const lines = shown.map((stage) => runningRow(stage, nowMs, nameWidth, style));
  const hidden = stages.length - shown.length;
  return hidden > 0 ? [...lines, style.dim(`  and ${hidden} more`)] : lines;
}

/** `2 of 5 stages, 1 failed, 14 s`. */
export function footerText(state: LiveState, startedMs: number, nowMs: number, style: Style): string {
  const total = state.total === undefined ? `${state.finished} done` : `${state.finished} of ${state.total} stages done`;
  const parts = [total];
  if (state.failed > 0) parts.push(`${state.failed} failed`);
  parts.push(formatDuration(nowMs - startedMs));
  if (state.stopping) parts.push('stopping (Ctrl-C again: at once)');
  return truncate(parts.join(', '), style.width - 1, style.glyphs.ellipsis);
}

function runningRow(stage: RunningStage, nowMs: number, nameWidth: number, style: Style): string {
  const { ellipsis, running } = style.glyphs;
  const name = padEnd(truncate(printable(stage.name), nameWidth, ellipsis), nameWidth);
  const time = padStart(formatDuration(Math.max(0, nowMs - stage.startedMs)), TIME_WIDTH);
  const room = style.width - textWidth(running) - nameWidth - TIME_WIDTH - 5;
  const detail = room < 8 ? '' : truncate(detailOf(stage, style), room, ellipsis);
  return `${style.cyan(running)} ${style.bold(name)} ${time}  ${style.dim(detail)}`.trimEnd();
}

function detailOf(stage: RunningStage, style: Style): string {
  const metrics = [...stage.metrics].slice(0, METRICS_SHOWN).map(([name, value]) => `${printable(name)} ${formatNumber(value, 4)}`);
  const step = metrics.length > 0 && stage.step !== undefined ? `step ${stage.step}: ` : '';
  const parts = [step + metrics.join(' '), stage.lastLine].filter((part) => part !== '');
  return parts.length > 0 ? parts.join(` ${style.glyphs.bar} `) : reasonSummary(stage.reasons, style.glyphs);
}
