import { formatBytes } from '../format/bytes.ts';
import { count } from '../format/number.ts';
import { printable } from '../format/printable.ts';
import type { Style } from '../style.ts';

interface Pattern {
  readonly file: string;
  readonly line: number;
  readonly pattern: string;
}

export interface MvView {
  readonly from: string;
  readonly to: string;
  readonly movedData: boolean;
  readonly readers: readonly string[];
}

export interface RemoveView {
  readonly removed: readonly {
    readonly path: string;
    readonly data: 'kept' | 'deleted' | 'absent';
    readonly readers: readonly string[];
  }[];
}

export interface UnprotectView {
  readonly unprotected: readonly { readonly path: string; readonly files: number; readonly bytes: number }[];
}

export interface CheckIgnoreView {
  readonly paths: readonly {
    readonly typed: string;
    readonly ignored: boolean;
    readonly pattern?: Pattern;
    readonly patterns?: readonly Pattern[];
  }[];
}

export function mvLines({ from, to, movedData, readers }: MvView, style: Style): string[] {
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

export function removeLines({ removed }: RemoveView, style: Style): string[] {
  return removed.flatMap(({ path, data, readers }) => [
    `${style.green(style.glyphs.done)} ${printable(path)} is no longer tracked: ${DATA_NOW[data]}`,
    ...readerLines(path, readers, 'track the data by other means, or change its deps', style),
  ]);
}

export function unprotectLines({ unprotected }: UnprotectView, style: Style): string[] {
  return unprotected.map(({ path, files, bytes }) =>
    files === 0
      ? style.dim(`${style.glyphs.unchanged} ${printable(path)} holds no links to the cache`)
      : `${style.green(style.glyphs.done)} ${printable(path)}: ${count(files, 'file')} (${formatBytes(bytes)}) can be written to`,
  );
}

/** `file:line:pattern<TAB>path` as Git prints it; without details the ignored paths alone. */
export function checkIgnoreLines({ paths }: CheckIgnoreView, options: { readonly details: boolean }): string[] {
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
