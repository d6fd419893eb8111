import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Ignore } from 'ignore';
import { isErrno } from './errno.ts';
import { foldersAbove, IGNORE_FILE, openIgnore } from './ignore.ts';

/** A line of an `.mloignore` that says something about a path. */
export interface IgnorePattern {
  /** Relative to the root. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** As written. */
  readonly pattern: string;
  /** `!pattern`: takes back what earlier ones ignore. */
  readonly negative: boolean;
}

export interface IgnoreExplanation {
  readonly ignored: boolean;
  /** All that match the path or a folder above it; a later one is stronger. */
  readonly patterns: readonly IgnorePattern[];
  /** The one that decides; undefined where none matches. */
  readonly decides?: IgnorePattern;
}

/** Which lines of the `.mloignore` files from `root` down say what about `path` ('/' between names, relative to the root). */
export function explainIgnore(root: string, path: string, isFolder: boolean): IgnoreExplanation {
  const patterns = matchingPatterns(root, path, isFolder);
  const rules = openIgnore(root);
  const ignored = rules.ignores(path, isFolder);
  const decides = ignored ? decisive(root, path, isFolder) : patterns.findLast((pattern) => pattern.negative);
  return { ignored, patterns, ...(decides === undefined ? {} : { decides }) };
}

/** What lies in an ignored folder is ignored by what ignores the folder, whatever is said about it further down. */
function decisive(root: string, path: string, isFolder: boolean): IgnorePattern | undefined {
  const rules = openIgnore(root);
  const folder = foldersAbove(path).find((above) => above !== '' && rules.ignores(above, true));
  const patterns = folder === undefined ? matchingPatterns(root, path, isFolder) : matchingPatterns(root, folder, true);
  return patterns.findLast((pattern) => !pattern.negative);
}

function matchingPatterns(root: string, path: string, isFolder: boolean): readonly IgnorePattern[] {
  return foldersAbove(path).flatMap((folder) => {
    const relative = (folder === '' ? path : path.slice(folder.length + 1)) + (isFolder ? '/' : '');
    const file = join(folder, IGNORE_FILE);
    return linesOf(join(root, file)).flatMap((pattern, index): readonly IgnorePattern[] => {
      const { ignored, unignored } = onePattern(pattern).test(relative);
      return ignored || unignored ? [{ file, line: index + 1, pattern, negative: unignored }] : [];
    });
  });
}

function onePattern(pattern: string): Ignore {
  const ignore = createRequire(import.meta.url)('ignore') as () => Ignore;
  return ignore().add(pattern);
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}
