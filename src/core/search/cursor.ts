import { searchError, type Source } from './errors.ts';
import type { Token } from './lexer.ts';
import { tokens } from './lexer.ts';

/** Walks over the tokens of a text. */
export interface Cursor {
  readonly source: Source;
  peek(ahead?: number): Token;
  take(): Token;
  /** Takes the next token if it is this keyword (in any case), punctuation or operator. */
  takeIf(text: string): Token | undefined;
  isNext(text: string, ahead?: number): boolean;
  /** Throws that `what` was expected in place of the next token. */
  expected(what: string, hint?: string): never;
}

/** @throws MLO_FILTER */
export function cursorOver(source: Source): Cursor {
  const all = tokens(source);
  let index = 0;
  const peek = (ahead = 0): Token => all[Math.min(index + ahead, all.length - 1)] as Token;
  const isNext = (text: string, ahead = 0): boolean => {
    const token = peek(ahead);
    return token.kind !== 'quoted' && token.kind !== 'end' && token.text.toUpperCase() === text;
  };
  const take = (): Token => {
    const token = peek();
    index += 1;
    return token;
  };
  return {
    source,
    peek,
    take,
    isNext,
    takeIf: (text) => (isNext(text) ? take() : undefined),
    expected(what, hint) {
      const token = peek();
      const found = token.kind === 'end' ? `the ${source.name} ends` : `found ${source.text.slice(token.at, token.end)}`;
      throw searchError(source, token.at, `Expected ${what}, but ${found}`, hint);
    },
  };
}
