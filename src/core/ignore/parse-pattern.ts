import { ANY_RUN, matchesTokens, type Token } from '../text/wildcard.ts';
import { parseClass } from './character-class.ts';
import { namePattern, type NamePattern, type NameToken } from './name-pattern.ts';

/** One line of an `.mloignore`, as Git reads those of a `.gitignore`. */
export interface IgnorePattern {
  /** `!pattern`: takes back what earlier ones ignore. */
  readonly negative: boolean;
  /** `pattern/`: speaks of folders only. */
  readonly foldersOnly: boolean;
  /** `path` counts from the folder of the file, '/' between names; `name` is the last of them. What lies below a folder is not asked here. */
  readonly matches: (path: string, name: string) => boolean;
}

/** The names of a pattern with slashes; null stands for any number of folders, none too (`**`). */
type PathTokens = readonly (readonly NameToken[] | null)[];

/** Undefined for a line that says nothing: a comment, nothing but spaces. A pattern that can match nothing is one like any other. */
export function parsePattern(line: string): IgnorePattern | undefined {
  if (line.startsWith('#')) return undefined;
  const trimmed = trimSpaces(line.replace(/\r$/, ''));
  const negative = trimmed.startsWith('!');
  const positive = negative ? trimmed.slice(1) : trimmed;
  const foldersOnly = positive.endsWith('/');
  const text = foldersOnly ? positive.slice(0, -1) : positive;
  if (positive === '') return undefined;
  return { negative, foldersOnly, matches: text.includes('/') ? pathMatcher(text.replace(/^\//, '')) : nameMatcher(text) };
}

/** Spaces at the end are no part of a pattern, unless a backslash stands before them. */
function trimSpaces(line: string): string {
  const kept = line.replace(/ +$/, '');
  const backslashes = kept.length - kept.replace(/\\+$/, '').length;
  return kept.length < line.length && backslashes % 2 === 1 ? `${kept} ` : kept;
}

/** Without a slash, or with one at the end only: a name at any depth. */
function nameMatcher(text: string): IgnorePattern['matches'] {
  const [only] = tokensOf(text) ?? [];
  if (only === undefined) return () => false;
  const fits = namePattern(only ?? [ANY_RUN]);
  return (_path, name) => fits(name);
}

function pathMatcher(text: string): IgnorePattern['matches'] {
  const names = tokensOf(text);
  if (names === undefined) return () => false;
  if (names.every((tokens) => tokens?.every((token) => typeof token === 'string'))) {
    const literal = names.map((tokens) => tokens?.join('')).join('/');
    return (path) => path === literal;
  }
  // What is below a folder is not the folder itself.
  const whole = names.at(-1) === null ? [...names, [ANY_RUN] as const] : names;
  const tokens = whole.map((each): Token<string> => (each === null ? ANY_RUN : namePattern(each)));
  const last = tokens.at(-1) as NamePattern;
  return (path, name) => last(name) && matchesTokens(tokens, path.split('/'));
}

/** Undefined for a pattern that matches nothing: a class that is not closed, a backslash at the end. */
function tokensOf(text: string): PathTokens | undefined {
  const pattern = Array.from(text);
  const names: NameToken[][] = [[]];
  const stars: number[] = [0];
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at] as string;
    const name = names.at(-1) as NameToken[];
    if (character === '*') {
      if (name.at(-1) !== ANY_RUN) name.push(ANY_RUN);
      stars.push((stars.pop() as number) + 1);
    } else if (character === '?') name.push(() => true);
    else if (character === '[') {
      const found = parseClass(pattern, at);
      if (found === undefined) return undefined;
      name.push(found.fits);
      at = found.end - 1;
    } else {
      if (character === '\\') at += 1;
      const literal = pattern[at];
      if (literal === undefined) return undefined;
      if (literal !== '/') name.push(literal);
      else {
        names.push([]);
        stars.push(0);
      }
    }
  }
  return names.map((name, index) => (name.length === 1 && name[0] === ANY_RUN && (stars[index] as number) > 1 ? null : name));
}
