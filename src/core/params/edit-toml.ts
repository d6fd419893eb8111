import { tomlKeys } from '../source/toml-keys.ts';
import { splice } from './edit-text.ts';
import { jsonText, type GivenValue } from './value-text.ts';

/** A key that begins a line, and all of its value on that line; a comment may follow. */
const LINE =
  /^((?:[\w-]+|"(?:[^"\\]|\\.)*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"(?:[^"\\]|\\.)*"|'[^']*'))*\s*=[ \t]*)("(?:[^"\\]|\\.)*"|'[^']*'|\[[^#\n]*\]|[^#\s"'[{][^#\n]*?)[ \t]*(?:#.*)?\r?$/;

/**
 * Texts that may be the file with the value at `path` replaced and every other byte left alone: none where the value is not on the line of
 * its key, or has no form in TOML. The caller must take the first that reads back right.
 */
export function setInToml(text: string, path: readonly string[], given: GivenValue): readonly string[] {
  const start = tomlKeys(text).get(path.join('\n'));
  if (start === undefined || given.value === null) return [];
  const line = lineOf(text, start);
  const [, before, old] = LINE.exec(line) ?? [];
  if (before === undefined || old === undefined) return [];
  const at = start + before.length;
  const forms = typeof given.value === 'string' ? [jsonText(given.value)] : [given.written, jsonText(given.value)];
  return forms.flatMap((form) => (form === undefined ? [] : [splice(text, at, at + old.length, form)]));
}

/** The line with the key, to point at; undefined where no line begins with it. */
export function tomlLine(text: string, path: readonly string[]): { readonly number: number; readonly text: string } | undefined {
  const start = tomlKeys(text).get(path.join('\n'));
  return start === undefined ? undefined : { number: text.slice(0, start).split('\n').length, text: lineOf(text, start).trimEnd() };
}

function lineOf(text: string, start: number): string {
  const end = text.indexOf('\n', start);
  return text.slice(start, end < 0 ? text.length : end);
}
