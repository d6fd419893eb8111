import type { GcRemoteData } from '../../app/gc-remote.ts';
import { formatBytes } from '../format/bytes.ts';
import { formatDuration } from '../format/duration.ts';
import { count } from '../format/number.ts';
import { printable } from '../format/printable.ts';
import type { Style } from '../style.ts';
import { gcSection, type GcRow } from './gc-section.ts';

/** A run with --force would change something. */
export function goesFromRemote({ gone, packs, repacked, unfinished, uploads }: GcRemoteData): boolean {
  return gone.objects + packs.packs + repacked.packs + unfinished.packs + uploads.puts > 0;
}

/** What stays and what it is for, what goes, and what this clone cannot know. */
export function gcRemoteLines(data: GcRemoteData, style: Style): string[] {
  return [
    ...gcSection(data.done ? 'Kept' : 'Would be kept', keptRows(data), style),
    ...gcSection(data.done ? 'Deleted' : 'Would be deleted', goneRows(data), style),
    ...(data.missing > 0
      ? [
          `${count(data.missing, 'object')} that this project needs ${data.missing === 1 ? 'is' : 'are'} not there: mlo push (but for outs with push: false)`,
        ]
      : []),
    ...(data.lost > 0 ? [lostLine(data)] : []),
    ...(goesFromRemote(data) && !data.done ? [unknownLine(data)] : []),
    summary(data, style),
  ];
}

function keptRows({ kept, young, graceMs }: GcRemoteData): readonly GcRow[] {
  const rows = kept.map(({ for: what, of, objects, bytes }) => ({ what: printable(what), amount: objects, bytes, note: `of ${of}` }));
  if (young.objects === 0) return rows;
  const note = `pushed within ${formatDuration(graceMs)} (--grace), with what it needs`;
  return [...rows, { what: 'young', amount: young.objects, bytes: young.bytes, note }];
}

function goneRows({ gone, waiting, packs, repacked, unfinished, uploads }: GcRemoteData): readonly GcRow[] {
  const stays = waiting.objects === 0 ? '' : `${formatBytes(waiting.bytes)} of it stay in packs of which more is needed (--repack)`;
  const rows = [
    { what: 'objects', amount: gone.objects, bytes: gone.bytes, note: stays },
    { what: 'packs', amount: packs.packs, bytes: packs.bytes, note: 'nothing in them is needed' },
    { what: 'packs, written anew', amount: repacked.packs, bytes: repacked.bytes, note: 'less than half of them is needed' },
    { what: 'packs, unfinished', amount: unfinished.packs, bytes: unfinished.bytes, note: 'of pushes that were interrupted' },
    { what: 'uploads, unfinished', amount: uploads.puts, bytes: uploads.bytes, note: 'begun and never ended' },
  ];
  return rows.filter(({ amount }) => amount > 0);
}

function lostLine({ lost }: GcRemoteData): string {
  return `${count(lost, 'object')} of what is needed ${lost === 1 ? 'lies' : 'lie'} in packs that are gone: mlo verify --remote --repair, then mlo push. --force stops here.`;
}

/** Whoever deletes what others may need should have read it. */
function unknownLine({ remote }: GcRemoteData): string {
  return (
    `Not known here, and so not kept: what other clones have not pushed to Git (git fetch --all first), and what other projects have on ${printable(remote)} ` +
    '(--keep-project <path>).'
  );
}

function summary(data: GcRemoteData, style: Style): string {
  const { size, done, durationMs, requests } = data;
  const freed = Math.max(0, size.before - size.after);
  const cost = `in ${formatDuration(durationMs)}, ${count(requests, 'request')}`;
  if (!done && !goesFromRemote(data)) return `${style.green('Nothing to delete')}: ${formatBytes(size.before)} in packs, ${cost}`;
  const text = `${formatBytes(freed)} of ${formatBytes(size.before)} ${cost}`;
  return done ? `${style.green('Freed')} ${text}` : `${style.bold('Would free')} ${text}; nothing was deleted`;
}
