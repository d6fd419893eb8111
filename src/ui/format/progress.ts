import type { Event } from '../../core/events.ts';
import type { Style } from '../style.ts';
import { formatBytes } from './bytes.ts';
import { formatDuration } from './duration.ts';
import { formatCount } from './number.ts';
import { printable } from './printable.ts';
import { truncate } from './text-width.ts';

export type ProgressEvent = Extract<Event, { type: 'progress' }>;

/** Progress of one task with the moment it was first heard of. */
export interface Progress {
  readonly latest: ProgressEvent;
  readonly startedMs: number;
  readonly updatedMs: number;
}

const VERBS = {
  look: 'looking at',
  hash: 'hashing',
  commit: 'committing',
  checkout: 'checking out',
  verify: 'verifying',
  gc: 'cleaning up',
  push: 'pushing',
  fetch: 'fetching',
  install: 'installing',
  remove: 'removing',
} as const;
const BAR_WIDTH = 16;
/** Rates over less time than this say nothing. */
const MIN_RATE_MS = 500;

export function advance(previous: Progress | undefined, event: ProgressEvent, nowMs: number): Progress {
  const same = previous !== undefined && previous.latest.task === event.task && previous.latest.label === event.label;
  return { latest: event, startedMs: same ? previous.startedMs : nowMs, updatedMs: nowMs };
}

export function isComplete(event: ProgressEvent): boolean {
  return event.total > 0 && event.done >= event.total;
}

/** `hashing data/raw ████░░░░ 1.2/4.0 GB, 310 MB/s, 9 s left`. A total of 0 means that it is not known. */
export function progressText(progress: Progress, style: Style): string {
  const { task, label, done, total, unit } = progress.latest;
  const amount = unit === 'bytes' ? formatBytes : formatCount;
  const elapsed = progress.updatedMs - progress.startedMs;
  const rate = elapsed >= MIN_RATE_MS ? done / (elapsed / 1000) : 0;
  const of = total > 0 ? `${amount(done)} of ${amount(total)}` : amount(done);
  const parts = [unit === 'bytes' ? of : `${of} ${unit}`];
  if (rate > 0) parts.push(unit === 'bytes' ? `${formatBytes(rate)}/s` : `${formatCount(Math.round(rate))}/s`);
  if (rate > 0 && total > done) parts.push(`${formatDuration(((total - done) / rate) * 1000)} left`);
  const bar = total > 0 && style.width >= 60 ? `${progressBar(done / total, style)} ` : '';
  return truncate(`${VERBS[task]} ${printable(label)} ${bar}${parts.join(', ')}`, style.width - 1, style.glyphs.ellipsis);
}

function progressBar(share: number, style: Style): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * BAR_WIDTH);
  return style.glyphs.progressDone.repeat(filled) + style.glyphs.progressLeft.repeat(BAR_WIDTH - filled);
}
