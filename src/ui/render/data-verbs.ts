import type { CheckIgnoreData } from '../../app/check-ignore.ts';
import type { MvData } from '../../app/mv.ts';
import type { RemoveData } from '../../app/remove.ts';
import type { UnprotectData } from '../../app/unprotect.ts';
import { formatBytes } from '../format/bytes.ts';
import { count } from '../format/number.ts';
import { printable } from '../format/printable.ts';
import type { Style } from '../style.ts';

export function mvLines({ from, to, movedData, readers }: MvData, style: Style): string[] {
  const what = movedData ? '' : ' (the pointer only: the data is not here)';
  return [
    `${style.green(style.glyphs.done)} ${printable(from)} ${style.glyphs.arrow} ${printable(to)}${what}`,
    ...readerLines(from, readers, `write '${to}' in its deps`, style),
  ];
}

const DATA_NOW = {
  kept: 'the data stays, Git sees it now',
  deleted: 'the data is deleted from the workspace',
  absent: 'its data was not in the workspace',
} as const;

export function removeLines({ removed }: RemoveData, style: Style): string[] {
  return removed.flatMap(({ path, data, readers }) => [
    `${style.green(style.glyphs.done)} ${printable(path)} is no longer tracked: ${DATA_NOW[data]}`,
    ...readerLines(path, readers, 'track the data by other means, or change its deps', style),
  ]);
}

export function unprotectLines({ unprotected }: UnprotectData, style: Style): string[] {
  return unprotected.map(({ path, files, bytes }) =>
    files === 0
      ? style.dim(`${style.glyphs.unchanged} ${printable(path)} holds no links to the cache`)
      : `${style.green(style.glyphs.done)} ${printable(path)}: ${count(files, 'file')} (${formatBytes(bytes)}) can be written to`,
  );
}

/** `file:line:pattern<TAB>path` as Git prints it; without details the ignored paths alone. */
export function checkIgnoreLines({ paths }: CheckIgnoreData, options: { readonly details: boolean }): string[] {
  return paths.flatMap(({ typed, ignored, pattern, patterns }) => {
    if (!options.details) return ignored ? [printable(typed)] : [];
    const shown = patterns ?? (pattern === undefined ? [] : [pattern]);
    return shown.map((each) => `${printable(`${each.file}:${each.line}:${each.pattern}`)}\t${printable(typed)}`);
  });
}

function readerLines(path: string, readers: readonly string[], what: string, style: Style): string[] {
  if (readers.length === 0) return [];
  const names = readers.map((name) => `'${printable(name)}'`).join(', ');
  const subject = readers.length === 1 ? `stage ${names} reads` : `stages ${names} read`;
  return [`  ${style.yellow('note:')} ${subject} '${printable(path)}': ${printable(what)}`];
}
