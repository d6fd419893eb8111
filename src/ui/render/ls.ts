import type { LsData } from '../../app/ls.ts';
import { formatBytes } from '../format/bytes.ts';
import { formatCount } from '../format/number.ts';
import { printable } from '../format/printable.ts';
import { padEnd, padStart, widest } from '../format/text-width.ts';
import type { Style } from '../style.ts';

type Row = Omit<LsData['entries'][number], 'digest'>;

/**
 * A name a line, folders with a slash, executable files with a star, links with an @. `marks`: behind it who keeps it, where
 * mlo does. With `size` bytes and number of files before it.
 */
export function lsLines(
  { entries }: { readonly entries: readonly Row[] },
  style: Style,
  { size, marks }: { readonly size: boolean; readonly marks: boolean },
): string[] {
  const names = entries.map(nameText);
  const width = marks ? widest(names) : 0;
  const before = size ? columns(entries) : entries.map(() => '');
  return entries.map((entry, index) => {
    const name = padEnd(names[index] ?? '', width);
    const painted = entry.type === 'folder' ? style.cyan(name) : entry.type === 'exec' ? style.green(name) : name;
    return `${before[index] ?? ''}${painted}${marks ? markText(entry, style) : ''}`.trimEnd();
  });
}

function nameText({ path, type }: Row): string {
  return printable(path) + { file: '', exec: '*', symlink: '@', folder: '/' }[type];
}

function markText({ kept, stage }: Row, style: Style): string {
  if (kept === undefined) return '';
  return style.dim(`  ${stage === undefined ? kept : `out of ${printable(stage)}`}`);
}

function columns(entries: readonly Row[]): readonly string[] {
  const sizes = entries.map((entry) => (entry.size === undefined ? '-' : formatBytes(entry.size)));
  const files = entries.map((entry) => (entry.files === undefined ? '' : formatCount(entry.files)));
  const [sizeWidth, fileWidth] = [widest(sizes), widest(files)];
  return entries.map((_entry, index) => {
    const count = fileWidth === 0 ? '' : `${padStart(files[index] ?? '', fileWidth)}  `;
    return `${padStart(sizes[index] ?? '', sizeWidth)}  ${count}`;
  });
}
