/** Any run of items, the empty one too. */
export const ANY_RUN = Symbol('any run');

/** What one item must be, or a run of any. */
export type Token<Item> = typeof ANY_RUN | ((item: Item) => boolean);

/**
 * Whether `items` are what the tokens say, from the first to the last. Where a token does not fit, only the last run before it takes
 * one item more: a run before that could not do better, so that time is at most the product of the lengths, whatever the pattern.
 */
export function matchesTokens<Item>(tokens: readonly Token<Item>[], items: ArrayLike<Item>): boolean {
  let token = 0;
  let item = 0;
  let run = -1;
  let runEnd = 0;
  while (item < items.length) {
    const wanted = tokens[token];
    if (wanted === ANY_RUN) {
      run = token;
      runEnd = item;
      token += 1;
    } else if (wanted?.(items[item] as Item) === true) {
      token += 1;
      item += 1;
    } else {
      if (run === -1) return false;
      runEnd += 1;
      item = runEnd;
      token = run + 1;
    }
  }
  while (tokens[token] === ANY_RUN) token += 1;
  return token === tokens.length;
}

/** Characters as people count them: what lies beyond 16 bits is one. */
export function charactersOf(text: string): ArrayLike<string> {
  return /[\ud800-\udfff]/.test(text) ? Array.from(text) : text;
}
