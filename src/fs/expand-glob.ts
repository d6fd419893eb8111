import { lstatSync, readdirSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { globMatcher } from '../core/text/glob.ts';
import { isErrno } from './errno.ts';

const SPECIAL = /[*?[]/;

export function hasGlob(text: string): boolean {
  return SPECIAL.test(text);
}

/**
 * The paths below `folder` that match a pattern as shells have it: `*`, `?` and `[…]` within a name, `**` any number of
 * folders. Hidden names only match where the pattern names the dot. '/' between names, sorted; links are not walked through.
 * `isLeftOut` is asked for paths relative to `folder`.
 */
export function expandGlob(folder: string, pattern: string, isLeftOut: (path: string, isFolder: boolean) => boolean): readonly string[] {
  const found = new Set<string>();
  const names = pattern.split('/').filter((name, index) => name !== '' && !(name === '.' && index > 0));
  const isTop = pattern.startsWith('/');
  walk({ folder: isTop ? '/' : folder, isLeftOut, found }, isTop ? '/' : '', names);
  return [...found].sort();
}

interface Walk {
  readonly folder: string;
  readonly isLeftOut: (path: string, isFolder: boolean) => boolean;
  readonly found: Set<string>;
}

function walk(walked: Walk, above: string, [name, ...rest]: readonly string[]): void {
  if (name === undefined) return;
  if (!hasGlob(name)) return walkLiteral(walked, above, name, rest);
  const anyDepth = name === '**';
  if (anyDepth && rest.length > 0) walk(walked, above, rest);
  const matches = globMatcher(anyDepth ? '*' : name);
  for (const entry of entriesOf(join(walked.folder, above))) {
    if (!matches(entry.name) || (entry.name.startsWith('.') && !name.startsWith('.'))) continue;
    const path = above + entry.name;
    if (walked.isLeftOut(path, entry.isDirectory())) continue;
    if (rest.length === 0) walked.found.add(path);
    else if (entry.isDirectory()) walk(walked, `${path}/`, anyDepth ? [name, ...rest] : rest);
  }
}

function walkLiteral(walked: Walk, above: string, name: string, rest: readonly string[]): void {
  const path = above + name;
  if (lstatSync(join(walked.folder, path), { throwIfNoEntry: false }) === undefined) return;
  if (rest.length === 0) walked.found.add(path);
  else walk(walked, `${path}/`, rest);
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return [];
    throw error;
  }
}
