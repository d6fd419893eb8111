/** What a line of a stream of metrics says. */
export interface LinePoint {
  readonly name: string;
  readonly value: number;
  readonly step?: number;
}

/** What a line that cannot be understood should have been. */
export const METRIC_LINE = `'name value [step]' or a JSON object`;

/**
 * `loss 0.25 3`, with blanks or tabs between, or `{"loss": 0.25, "acc": 0.9, "step": 3}`. Empty lines and those that begin with `#` say
 * nothing. A step is a whole number; values are as Python, C or JavaScript print numbers (`nan`, `-inf`, `1e-3`). Undefined where it is none
 * of these.
 */
export function parseMetricLine(line: string): readonly LinePoint[] | undefined {
  const text = line.trim();
  if (text === '' || text[0] === '#') return [];
  if (text[0] === '{') return parseObject(text);
  const parts = text.split(/[ \t]+/);
  const [name, valueText, stepText] = parts as [string, string?, string?];
  if (valueText === undefined || parts.length > 3) return undefined;
  const value = parseNumber(valueText);
  if (value === undefined) return undefined;
  if (stepText === undefined) return [{ name, value }];
  const step = Number(stepText);
  return Number.isSafeInteger(step) ? [{ name, value, step }] : undefined;
}

function parseObject(text: string): readonly LinePoint[] | undefined {
  let object: unknown;
  try {
    object = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { step, ...metrics } = object as { readonly [key: string]: unknown };
  if (step !== undefined && !Number.isSafeInteger(step)) return undefined;
  const points: LinePoint[] = [];
  for (const [name, given] of Object.entries(metrics)) {
    const value = typeof given === 'string' ? parseNumber(given) : given;
    if (name === '' || typeof value !== 'number') return undefined;
    points.push({ name, value, ...(step === undefined ? {} : { step: step as number }) });
  }
  return points;
}

const WORDS: { readonly [word: string]: number } = { nan: Number.NaN, inf: Infinity, infinity: Infinity };

/** Undefined where the text is no number in any of the usual notations. */
export function parseNumber(text: string): number | undefined {
  const value = Number(text);
  // Blanks alone are 0 to JavaScript.
  if (!Number.isNaN(value) && text.trim() !== '') return value;
  const [, sign, word = ''] = /^([+-]?)([a-z]+)$/i.exec(text) ?? [];
  const known = Object.hasOwn(WORDS, word.toLowerCase()) ? WORDS[word.toLowerCase()] : undefined;
  return known === undefined ? undefined : sign === '-' ? -known : known;
}
