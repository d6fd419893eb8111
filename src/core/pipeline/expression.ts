/** One `${…}` of a text: offsets within it, and the expression between the braces. */
export interface Match {
  readonly start: number;
  readonly end: number;
  readonly inner: string;
}

export type ParsedExpression = { readonly steps: readonly string[] } | { readonly fault: string; readonly at: number };

const OPEN = /(?<!\\)\$\{(.*?)\}/g;

export function hasTemplate(text: string): boolean {
  return text.includes('${');
}

/** All `${…}` that are not escaped as `\${…}`. */
export function findMatches(text: string): readonly Match[] {
  if (!hasTemplate(text)) return [];
  return Array.from(text.matchAll(OPEN), (match) => ({
    start: match.index,
    end: match.index + match[0].length,
    inner: match[1] as string,
  }));
}

/** `\${` is how a literal `${` is written. */
export function unescape(text: string): string {
  return text.replaceAll('\\${', '${');
}

/**
 * `a.b[0]` → its steps. Grammar: word ( '.' word | '[' word ']' )*, a word being anything but `.`, `[`, `]`.
 * On a fault, `at` counts from the start of the expression.
 */
export function parseExpression(inner: string): ParsedExpression {
  const steps: string[] = [];
  const word = /[^.[\]]+/y;
  let at = 0;
  let closing = false;
  for (;;) {
    word.lastIndex = at;
    const text = word.exec(inner)?.[0];
    if (text === undefined) return { fault: inner === '' ? 'the expression is empty' : 'expected a name', at };
    steps.push(text.trim());
    at += text.length;
    if (closing) {
      if (inner[at] !== ']') return { fault: "expected ']'", at };
      at += 1;
    }
    if (at === inner.length) return { steps };
    const next = inner[at];
    if (next !== '.' && next !== '[') return { fault: `expected '.', '[' or the end, found '${next}'`, at };
    closing = next === '[';
    at += 1;
  }
}
