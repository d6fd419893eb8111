import type { DataStatus } from '../../app/types.ts';
import type { StageAddress } from '../../core/stage.ts';
import type { ChangeCounts } from '../../core/tree-diff/types.ts';
import { count } from '../format/number.ts';
import { printable } from '../format/printable.ts';
import { padEnd, widest } from '../format/text-width.ts';
import type { Style } from '../style.ts';
import { changeLines, changeWord, countsText, unreadLines } from './tree-changes.ts';

/** Outs have the stage that writes them. */
type ShownStatus = DataStatus & { readonly stage?: StageAddress };

/** How many tracked paths differ, and a line for each that does; below it its files where they are known. */
export function* dataStatusLines(data: readonly ShownStatus[], outs: readonly ShownStatus[], style: Style): Generator<string> {
  const changed = data.filter((each) => each.state !== 'unchanged');
  if (data.length > 0 && changed.length === 0) yield `${count(data.length, 'tracked path')} unchanged`;
  if (changed.length > 0) yield `${changed.length} of ${count(data.length, 'tracked path')} changed:`;
  yield* entryLines(changed, style);
  if (outs.length > 0) yield `${count(outs.length, 'out')} not as in the lock:`;
  yield* entryLines(outs, style);
}

function* entryLines(entries: readonly ShownStatus[], style: Style): Generator<string> {
  const width = widest(entries.map(({ path }) => printable(path)));
  for (const entry of entries) {
    const stage = entry.stage === undefined ? '' : style.dim(` (out of ${printable(entry.stage)})`);
    yield `  ${padEnd(printable(entry.path), width)}  ${style.yellow(stateText(entry))}${stage}`;
    if (entry.changes !== undefined && entry.counts !== undefined) yield* changeLines(entry.changes, entry.counts, style, '      ');
    for (const path of entry.notCached?.paths ?? []) yield `      ${style.red('not in the cache')}  ${printable(path)}`;
    for (const line of unreadLines(entry.unread ?? [], style, { old: 'the cache', new: 'the workspace' })) yield `      ${line}`;
  }
}

function stateText({ state, counts, notCached, message, hint }: ShownStatus): string {
  if (state === 'broken-pointer') return printable(`broken pointer: ${message ?? ''}${hint === undefined ? '' : ` (${hint})`}`);
  if (state === 'unreadable') return printable(`unreadable: ${message ?? ''}`);
  const lost = notCached === undefined ? '' : `${count(notCached.files, 'file')} not in the cache`;
  if (state === 'not-cached') return lost === '' ? 'not in the cache' : lost;
  const more = lost === '' ? '' : `; ${lost}`;
  return state === 'modified' ? modifiedText(counts) + more : state;
}

/** A single file says what happened to it; a folder how many files it happened to. */
function modifiedText(counts: ChangeCounts | undefined): string {
  if (counts === undefined) return 'modified';
  const text = countsText(counts);
  if (text === `1 ${changeWord('modified')}`) return 'modified: 1 file';
  return text === '' ? 'modified' : `modified: ${text}`;
}
