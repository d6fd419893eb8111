import { ANY_RUN, charactersOf, matchesTokens, type Token } from './wildcard.ts';

/** Shell pattern for names: `*` any run of characters, `?` one, `[abc]` one of them, `[!abc]` another one; everything else literal. */
export function globMatcher(pattern: string): (text: string) => boolean {
  const tokens = tokensOf(Array.from(pattern));
  return (text) => matchesTokens(tokens, charactersOf(text));
}

function tokensOf(pattern: readonly string[]): readonly Token<string>[] {
  const tokens: Token<string>[] = [];
  for (let index = 0; index < pattern.length; index += 1) {
    const char = pattern[index] as string;
    const close = char === '[' ? pattern.indexOf(']', index + 2) : -1;
    if (char === '*') tokens.push(ANY_RUN);
    else if (char === '?') tokens.push(() => true);
    else if (close > 0) {
      tokens.push(oneOf(pattern.slice(index + 1, close)));
      index = close;
    } else tokens.push((character) => character === char);
  }
  return tokens;
}

/** What stands in brackets; a range like `z-a` has nothing in it. */
function oneOf(inside: readonly string[]): Token<string> {
  const isNegated = inside.length > 1 && (inside[0] === '!' || inside[0] === '^');
  const members = isNegated ? inside.slice(1) : inside;
  const ranges: (readonly [from: string, to: string])[] = [];
  for (let index = 0; index < members.length; index += 1) {
    const from = members[index] as string;
    const to = members[index + 1] === '-' ? members[index + 2] : undefined;
    ranges.push([from, to ?? from]);
    if (to !== undefined) index += 2;
  }
  return (character) => ranges.some(([from, to]) => compare(from, character) <= 0 && compare(character, to) <= 0) !== isNegated;
}

function compare(a: string, b: string): number {
  return (a.codePointAt(0) as number) - (b.codePointAt(0) as number);
}
