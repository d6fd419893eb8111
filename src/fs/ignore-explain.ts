import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { patternsOf } from '../core/ignore/ignore-file.ts';
import { isErrno } from './errno.ts';
import { foldersAbove, IGNORE_FILE, openIgnore } from './ignore.ts';

/** A line of an `.mloignore` that says something about a path. */
export interface IgnoreLine {
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
  readonly patterns: readonly IgnoreLine[];
  /** The one that decides; undefined where none matches. */
  readonly decides?: IgnoreLine;
}

/** Which lines of the `.mloignore` files from `root` down say what about `path` ('/' between names, relative to the root). */
export function explainIgnore(root: string, path: string, isFolder: boolean): IgnoreExplanation {
  const rules = openIgnore(root);
  const above = foldersAbove(path).slice(1);
  // What lies in an ignored folder is ignored by what ignores the folder, whatever is said about it further down.
  const ignoredFolder = above.find((folder) => rules.ignores(folder, true));
  const decides =
    ignoredFolder === undefined ? linesAbout(root, path, [], isFolder).at(-1) : linesAbout(root, ignoredFolder, [], true).at(-1);
  return {
    ignored: rules.ignores(path, isFolder),
    patterns: linesAbout(root, path, above, isFolder),
    ...(decides === undefined ? {} : { decides }),
  };
}

/** In the order of their strength: files from the root down, the lines of each as they stand. */
function linesAbout(root: string, path: string, above: readonly string[], isFolder: boolean): readonly IgnoreLine[] {
  return foldersAbove(path).flatMap((folder) => {
    const file = join(folder, IGNORE_FILE);
    const from = folder === '' ? 0 : folder.length + 1;
    const asked = [...above.filter((each) => each.length > from).map((each) => [each, true] as const), [path, isFolder] as const];
    return patternsOf(textOf(join(root, file))).flatMap(({ line, text, pattern }): readonly IgnoreLine[] => {
      const speaks = asked.some(
        ([each, isFolderToo]) =>
          (isFolderToo || !pattern.foldersOnly) && pattern.matches(each.slice(from), each.slice(each.lastIndexOf('/') + 1)),
      );
      return speaks ? [{ file, line, pattern: text, negative: pattern.negative }] : [];
    });
  });
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return '';
    throw error;
  }
}
