import type { GetData } from '../../app/get.ts';
import type { ImportUrlData } from '../../app/import-url.ts';
import type { ImportData } from '../../app/import.ts';
import type { UpdateData } from '../../app/update.ts';
import { formatBytes } from '../format/bytes.ts';
import { formatDuration } from '../format/duration.ts';
import { count } from '../format/number.ts';
import { printable } from '../format/printable.ts';
import type { Style } from '../style.ts';

export function importLines(view: ImportData | ImportUrlData, from: string, style: Style): string[] {
  const { path, done, files, size, filesReceived, bytesReceived, durationMs } = view;
  const known = files - filesReceived;
  const already = known > 0 ? `, ${count(known, 'file')} already here` : '';
  if (!done)
    return [
      `would import ${printable(from)} as ${printable(path)}: ${count(filesReceived, 'file')}, ${formatBytes(bytesReceived)}${already}`,
    ];
  const took = `${formatBytes(bytesReceived)} in ${formatDuration(durationMs)}${already}`;
  return [
    `${style.green(style.glyphs.done)} ${printable(path)} from ${printable(from)}: ${count(files, 'file')}, ${formatBytes(size)} (${took})`,
  ];
}

export function updateLines({ imports, done }: UpdateData, style: Style): string[] {
  if (imports.length === 0) return ['nothing was imported'];
  return imports.map(({ path, from, state, before, now, error, filesReceived = 0, bytesReceived = 0 }) => {
    const name = printable(path);
    if (state === 'failed') return `${style.red(style.glyphs.failed)} ${name}: ${printable(error ?? '')}`;
    if (state === 'unchanged') return style.dim(`${style.glyphs.unchanged} ${name} is what ${printable(from)} holds`);
    if (state === 'pinned') return style.dim(`${style.glyphs.unchanged} ${name} stays at its version (another one: --rev)`);
    const came = done ? ` (${count(filesReceived, 'file')}, ${formatBytes(bytesReceived)} came)` : '';
    const mark = done ? style.green(style.glyphs.done) : style.yellow(style.glyphs.arrow);
    return `${mark} ${name}: ${printable(before ?? '')} ${style.glyphs.arrow} ${printable(now ?? '')}${came}`;
  });
}

export function getLines({ path, files, size, commit, durationMs }: GetData, style: Style): string[] {
  const at = commit === undefined ? '' : ` of commit ${commit.slice(0, 12)}`;
  return [
    `${style.green(style.glyphs.done)} ${printable(path)}: ${count(files, 'file')}, ${formatBytes(size)}${at} in ${formatDuration(durationMs)}`,
  ];
}
