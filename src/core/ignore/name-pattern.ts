import { ANY_RUN, charactersOf, matchesTokens, type Token } from '../text/wildcard.ts';

/** What one name in a path must be. */
export type NamePattern = (name: string) => boolean;

/** A character of a pattern that stands for itself, a run of stars as one token, or a predicate. */
export type NameToken = string | Token<string>;

/** The quickest way to tell, as most patterns are names (`build`), endings (`*.tmp`) and starts (`tmp*`). */
export function namePattern(tokens: readonly NameToken[]): NamePattern {
  const runs = tokens.filter((token) => token === ANY_RUN).length;
  if (tokens.some((token) => typeof token === 'function') || runs > 1) return generalPattern(tokens);
  const run = tokens.indexOf(ANY_RUN);
  if (run === -1) {
    const literal = tokens.join('');
    return (name) => name === literal;
  }
  const [start, end] = [tokens.slice(0, run).join(''), tokens.slice(run + 1).join('')];
  const least = start.length + end.length;
  return (name) => name.length >= least && name.endsWith(end) && name.startsWith(start);
}

function generalPattern(tokens: readonly NameToken[]): NamePattern {
  const each = tokens.map((token): Token<string> => (typeof token === 'string' ? (character) => character === token : token));
  return (name) => matchesTokens(each, charactersOf(name));
}
