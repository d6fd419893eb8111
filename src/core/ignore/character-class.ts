/** A class as it stands in a pattern, and where the pattern goes on. */
export interface CharacterClass {
  readonly fits: (character: string) => boolean;
  /** Index after the closing bracket. */
  readonly end: number;
}

type Range = readonly [from: number, to: number];

/** ASCII, as in Git. */
const NAMED: ReadonlyMap<string, readonly Range[]> = new Map([
  ['alnum', ranges('09AZaz')],
  ['alpha', ranges('AZaz')],
  ['blank', ranges('  \t\t')],
  ['cntrl', ranges('\0\u001f\u007f\u007f')],
  ['digit', ranges('09')],
  ['graph', ranges('!~')],
  ['lower', ranges('az')],
  ['print', ranges(' ~')],
  ['punct', ranges('!/:@[`{~')],
  ['space', ranges('\t\r  ')],
  ['upper', ranges('AZ')],
  ['xdigit', ranges('09AFaf')],
]);

/**
 * `[abc]`, `[a-z]`, `[!a]`, `[^a]`, `[[:digit:]_]`, with backslashes: as Git reads them. `start` is the index of the bracket. Undefined
 * where it is not closed, or names a class that is none: such a pattern matches nothing.
 */
export function parseClass(pattern: readonly string[], start: number): CharacterClass | undefined {
  let at = start + 1;
  const isNegated = pattern[at] === '!' || pattern[at] === '^';
  if (isNegated) at += 1;
  const found: Range[] = [];
  /** What a `-` would begin a range with; there is none at the start and after a range. */
  let before: number | undefined;
  // A bracket that comes first stands for itself.
  for (let isFirst = true; isFirst || pattern[at] !== ']'; isFirst = false) {
    const named = namedClass(pattern, at);
    if (named !== undefined) {
      const members = NAMED.get(named);
      if (members === undefined) return undefined;
      found.push(...members);
      before = undefined;
      at += named.length + 4;
      continue;
    }
    const isRange = pattern[at] === '-' && before !== undefined && pattern[at + 1] !== undefined && pattern[at + 1] !== ']';
    if (isRange) at += 1;
    if (pattern[at] === '\\') at += 1;
    const code = pattern[at]?.codePointAt(0);
    if (code === undefined) return undefined;
    found.push([isRange ? (before as number) : code, code]);
    before = isRange ? undefined : code;
    at += 1;
  }
  return { fits: (character) => isIn(found, character) !== isNegated, end: at + 1 };
}

/** The name in `[:name:]`; undefined where no such thing stands there. */
function namedClass(pattern: readonly string[], at: number): string | undefined {
  if (pattern[at] !== '[' || pattern[at + 1] !== ':') return undefined;
  const close = pattern.indexOf(']', at + 2);
  return close < at + 3 || pattern[close - 1] !== ':' ? undefined : pattern.slice(at + 2, close - 1).join('');
}

function isIn(found: readonly Range[], character: string): boolean {
  const code = character.codePointAt(0) as number;
  return found.some(([from, to]) => from <= code && code <= to);
}

function ranges(ends: string): readonly Range[] {
  return Array.from({ length: ends.length / 2 }, (_, index) => [ends.charCodeAt(2 * index), ends.charCodeAt(2 * index + 1)]);
}
