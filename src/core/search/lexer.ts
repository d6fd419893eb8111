import { searchError, type Source } from './errors.ts';

/**
 * word: names with their dots, and keywords. text: in single or double quotes. name: in backticks.
 * `text` of quoted ones is what the quotes hold. `at`, `end`: offsets in UTF-16 units.
 */
export type Token =
  | { readonly kind: 'word' | 'operator' | 'punctuation'; readonly text: string; readonly at: number; readonly end: number }
  | { readonly kind: 'quoted'; readonly text: string; readonly quote: "'" | '"' | '`'; readonly at: number; readonly end: number }
  | { readonly kind: 'number'; readonly text: string; readonly value: number; readonly at: number; readonly end: number }
  | { readonly kind: 'end'; readonly text: ''; readonly at: number; readonly end: number };

const SPACE = /\s+/y;
const NUMBER = /[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|inf(?:inity)?)(?![\p{L}\p{N}\p{M}_./@:+-])/iuy;
const WORD = /[\p{L}\p{N}\p{M}_./@:+-]+/uy;
const OPERATOR = /[=!<>]+/y;
const PUNCTUATION = /[(),]/y;
const QUOTES = ["'", '"', '`'] as const;

/** Ends with an `end` token. A quote is doubled to stand for itself. @throws MLO_FILTER */
export function tokens(source: Source): readonly Token[] {
  const { text } = source;
  const found: Token[] = [];
  const match = (pattern: RegExp, at: number): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  for (let at = match(SPACE, 0)?.length ?? 0; at < text.length;) {
    const token = next(at);
    found.push(token);
    at = token.end + (match(SPACE, token.end)?.length ?? 0);
  }
  found.push({ kind: 'end', text: '', at: text.length, end: text.length });
  return found;

  function next(at: number): Token {
    const quote = QUOTES.find((each) => text[at] === each);
    if (quote !== undefined) return quoted(at, quote);
    const digits = match(NUMBER, at);
    if (digits !== undefined) return { kind: 'number', text: digits, value: numberOf(digits), at, end: at + digits.length };
    for (const [kind, pattern] of [
      ['word', WORD],
      ['operator', OPERATOR],
      ['punctuation', PUNCTUATION],
    ] as const) {
      const part = match(pattern, at);
      if (part !== undefined) return { kind, text: part, at, end: at + part.length };
    }
    const char = String.fromCodePoint(text.codePointAt(at) as number);
    throw searchError(
      source,
      at,
      `${JSON.stringify(char)} means nothing here`,
      'Put keys with such characters into quotes: metrics."val acc"',
    );
  }

  function quoted(at: number, quote: (typeof QUOTES)[number]): Token {
    let inside = '';
    for (let index = at + 1; ;) {
      const close = text.indexOf(quote, index);
      if (close === -1) throw searchError(source, at, `The quote ${quote} is not closed`);
      inside += text.slice(index, close);
      if (text[close + 1] !== quote) return { kind: 'quoted', text: inside, quote, at, end: close + 1 };
      inside += quote;
      index = close + 2;
    }
  }
}

function numberOf(digits: string): number {
  if (!/inf/i.test(digits)) return Number(digits);
  return digits.startsWith('-') ? -Infinity : Infinity;
}
