import { isInside } from './path/project-path.ts';

declare const bytes: unique symbol;

/**
 * A path or name as bytes, one character (U+0000 to U+00FF) a byte. POSIX names are bytes and need
 * not be UTF-8; in this form they are lossless, cheap as map keys, and sort by bytes.
 * ASCII paths, nearly all, look the same in both forms, so that a mix of both shows only where some letter
 * is not ASCII: hence a type of its own. No other string is a BytePath; fs/byte-path.ts converts from and
 * to the text that people and Node use. At run time it is a string like any other.
 * To the type checker every BytePath is a string too: what is shown, or given to node:fs, is to be converted first.
 */
export type BytePath = string & { readonly [bytes]: 'path' };

/** No names at all: the top, where paths are relative. */
export const TOP = '' as BytePath;

/** Text whose characters are bytes: what was decoded as latin1, or is ASCII for certain. Anything else is a path that nobody has. */
export function asBytePath(latin1: string): BytePath {
  return latin1 as BytePath;
}

/** `name` may have several names, with '/' between. */
export function inFolder(folder: BytePath, name: BytePath): BytePath {
  return `${folder}/${name}` as BytePath;
}

/** The same where the folder may be the top of what paths are relative to. */
export function atOrBelow(folder: BytePath, name: BytePath): BytePath {
  return folder === '' ? name : inFolder(folder, name);
}

export function nameOf(path: BytePath): BytePath {
  return path.slice(path.lastIndexOf('/') + 1) as BytePath;
}

/** Relative to `folder` where it lies below it, otherwise as it is. */
export function relativeTo(folder: BytePath, path: BytePath): BytePath {
  return path.startsWith(`${folder}/`) ? (path.slice(folder.length + 1) as BytePath) : path;
}

/** The names of a path, or what is told one after the other. */
export function split(paths: BytePath, separator: '/' | '\0'): BytePath[] {
  return paths.split(separator) as BytePath[];
}

/** `isInside` for two paths of the same form. */
export function liesInside(parent: BytePath, child: BytePath): boolean {
  return isInside(parent, child);
}
