import { rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readByteText, toByteText, writeByteText } from './byte-text.ts';

/**
 * Makes Git ignore `path` (relative to `root`) by a line `/name` in the `.gitignore` of its folder.
 * True where the line was added; false where it was there.
 */
export function addGitignoreEntry(root: string, path: string): boolean {
  return addGitignoreEntries(root, [path]).length > 0;
}

/** The same for many paths: every `.gitignore` is read and written once, lines in the order given. Returns those that were not there. */
export function addGitignoreEntries(root: string, paths: readonly string[]): readonly string[] {
  const byFile = Map.groupBy(paths, (path) => gitignoreOf(root, path));
  return [...byFile].flatMap(([file, inside]) => {
    const added = addLines(file, inside.map(entryOf));
    return inside.filter((path) => added.has(entryOf(path)));
  });
}

function addLines(file: string, lines: readonly string[]): ReadonlySet<string> {
  const text = readText(file);
  const present = new Set(linesOf(text));
  const missing = [...new Set(lines)].filter((line) => !present.has(line));
  if (missing.length === 0) return new Set();
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const separator = text === '' || text.endsWith('\n') ? '' : newline;
  writeByteText(file, `${text}${separator}${missing.join(newline)}${newline}`);
  return new Set(missing);
}

/** Whether the line is there. */
export function hasGitignoreEntry(root: string, path: string): boolean {
  return linesOf(readText(gitignoreOf(root, path))).includes(entryOf(path));
}

/** Takes the line out again; a `.gitignore` that is then empty goes too. True where something changed. */
export function removeGitignoreEntry(root: string, path: string): boolean {
  return removeGitignoreEntries(root, [path]) > 0;
}

/** The same for many paths: every `.gitignore` is read and written once. Returns how many changed. */
export function removeGitignoreEntries(root: string, paths: readonly string[]): number {
  const byFile = Map.groupBy(paths, (path) => gitignoreOf(root, path));
  return [...byFile].filter(([file, inside]) => removeLines(file, new Set(inside.map(entryOf)))).length;
}

function removeLines(file: string, lines: ReadonlySet<string>): boolean {
  const text = readText(file);
  const kept = text
    .split(/(?<=\n)/)
    .filter((each) => !lines.has(each.replace(/\r?\n$/, '')))
    .join('');
  if (kept === text) return false;
  if (kept === '') rmSync(file);
  else writeByteText(file, kept);
  return true;
}

function gitignoreOf(root: string, path: string): string {
  return join(root, dirname(path), '.gitignore');
}

/** As byte text. A name with a line break cannot be written; `?` stands for any one character there. */
function entryOf(path: string): string {
  const escaped = toByteText(basename(path))
    .replace(/[\\*?[\]]/g, '\\$&')
    .replace(/[\r\n]/g, '?');
  return `/${escaped.replace(/ +$/, (spaces) => '\\ '.repeat(spaces.length))}`;
}

function linesOf(text: string): readonly string[] {
  return text.split(/\r?\n/);
}

function readText(file: string): string {
  return readByteText(file) ?? '';
}
