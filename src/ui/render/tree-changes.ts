import { posix } from 'node:path';
import type { ChangeCounts, ChangeKind, DiffEntry, TreeChange, UnreadTree } from '../../core/tree-diff/types.ts';
import { formatBytes } from '../format/bytes.ts';
import { count, formatCount } from '../format/number.ts';
import { printable } from '../format/printable.ts';
import { padEnd, widest } from '../format/text-width.ts';
import type { Paint, Style } from '../style.ts';

const WORDS: { readonly [kind in ChangeKind]: string } = {
  modified: 'modified',
  added: 'added',
  deleted: 'deleted',
  renamed: 'renamed',
  type: 'type changed',
  mode: 'mode changed',
};

/** `3 modified, 1 added, 2 deleted, 1 renamed`. */
export function countsText(counts: ChangeCounts): string {
  const kinds = Object.keys(WORDS) as ChangeKind[];
  return kinds.flatMap((kind) => (counts[kind] === 0 ? [] : [`${formatCount(counts[kind])} ${WORDS[kind]}`])).join(', ');
}

/** A line a change: what happened, where, and sizes. `counts`: of these changes. `indent` spaces before. */
export function* changeLines(changes: Iterable<TreeChange>, counts: ChangeCounts, style: Style, indent: string): Generator<string> {
  const kinds = Object.keys(WORDS) as ChangeKind[];
  const width = widest(kinds.filter((kind) => counts[kind] > 0).map((kind) => WORDS[kind]));
  for (const change of changes) {
    const word = kindPaint(change.kind, style)(padEnd(WORDS[change.kind], width));
    yield `${indent}${word}  ${pathText(change, style)} ${style.dim(`(${sizesText(change, style)})`)}`;
  }
}

export function changeWord(kind: ChangeKind): string {
  return WORDS[kind];
}

/** Trees that are named; --json has them all. */
const MOST_UNREAD = 20;

/** A warning for each tree that could not be opened; of very many a number. */
export function unreadLines(unread: readonly UnreadTree[], style: Style, sides: { readonly old: string; readonly new: string }): string[] {
  const more = unread.length - MOST_UNREAD;
  return [
    ...unread
      .slice(0, MOST_UNREAD)
      .map(
        ({ path, side, digest }) =>
          `${style.yellow('warning:')} what is in ${printable(path)} of ${printable(sides[side])} is not known: the cache does not have its tree ${digest.slice(0, 12)}`,
      ),
    ...(more > 0 ? [`${style.yellow('warning:')} nor what is in ${formatCount(more)} more folders (all of them: --json)`] : []),
  ];
}

/** `data/{old → new}.txt` is hard to read; `data/old.txt → data/new.txt` is not. */
export function pathText({ path, from, old, new: now }: TreeChange, style: Style): string {
  const text = printable(path) + (isFolder(now ?? old) ? posix.sep : '');
  return from === undefined ? text : `${printable(from)}${isFolder(old) ? posix.sep : ''} ${style.glyphs.arrow} ${text}`;
}

/** `3.1 kB → 3.3 kB`, `12 files, 3 MB`, `file → symlink`. */
export function sizesText({ kind, old, new: now }: TreeChange, style: Style): string {
  if (old === undefined || now === undefined || kind === 'renamed') return amount(now ?? old);
  if (kind === 'type') return `${typeWord(old)} ${style.glyphs.arrow} ${typeWord(now)}`;
  if (kind === 'mode') return now.type === 'exec' ? 'now executable' : 'no longer executable';
  const [a, b] = [amount(old), amount(now)];
  return a === b ? a : `${a} ${style.glyphs.arrow} ${b}`;
}

function amount(entry: DiffEntry | undefined): string {
  if (entry === undefined) return '';
  return entry.type === 'tree' ? `${count(entry.files ?? 0, 'file')}, ${formatBytes(entry.size)}` : formatBytes(entry.size);
}

function typeWord(entry: DiffEntry): string {
  if (entry.type === 'tree') return `folder of ${count(entry.files ?? 0, 'file')}`;
  return entry.type === 'exec' ? 'file' : entry.type;
}

function isFolder(entry: DiffEntry | undefined): boolean {
  return entry?.type === 'tree';
}

function kindPaint(kind: ChangeKind, style: Style): Paint {
  if (kind === 'added') return style.green;
  if (kind === 'deleted') return style.red;
  return kind === 'renamed' ? style.cyan : style.yellow;
}
