import { parsePattern, type IgnorePattern } from './parse-pattern.ts';

/** What the lines of one `.mloignore` say of a path, which counts from its folder; undefined where none of them speaks of it. */
export type Verdict = (path: string, isFolder: boolean) => boolean | undefined;

/** The pattern that comes last decides. Undefined where there is none: a file of comments ignores nothing. */
export function ignoreVerdict(text: string): Verdict | undefined {
  const lastFirst = patternsOf(text)
    .map(({ pattern }) => pattern)
    .toReversed();
  if (lastFirst.length === 0) return undefined;
  return (path, isFolder) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    for (const { negative, foldersOnly, matches } of lastFirst) if ((isFolder || !foldersOnly) && matches(path, name)) return !negative;
    return undefined;
  };
}

/** All patterns of a file, each with its line, from 1. */
export function patternsOf(text: string): readonly { readonly line: number; readonly text: string; readonly pattern: IgnorePattern }[] {
  return text
    .replace(/^\ufeff/, '')
    .split('\n')
    .flatMap((line, index) => {
      const pattern = parsePattern(line);
      return pattern === undefined ? [] : [{ line: index + 1, text: line.replace(/\r$/, ''), pattern }];
    });
}
