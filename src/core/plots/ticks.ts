import type { Scale } from './scale.ts';

export interface Tick {
  readonly value: number;
  readonly label: string;
}

export interface TickOptions {
  readonly atMost: number;
  /** Only whole numbers: steps, epochs, counts. */
  readonly whole?: boolean;
}

/** Round values inside the axis with labels that tell them apart: at least two where the axis has two. */
export function ticksOf(scale: Scale, { atMost, whole = false }: TickOptions): readonly Tick[] {
  const values = scale.log ? logValues(scale, atMost) : linearValues(scale.from, scale.to, Math.max(2, atMost), whole);
  const labels = scale.log ? values.map((value) => tickLabels([value])[0] as string) : tickLabels(values);
  return values.map((value, index) => ({ value, label: labels[index] as string }));
}

function linearValues(from: number, to: number, atMost: number, whole: boolean): readonly number[] {
  let finer: readonly number[] = [];
  for (let exponent = Math.max(whole ? 0 : -323, Math.floor(Math.log10((to - from) / atMost)) - 1); exponent <= 308; exponent += 1) {
    for (const digit of [1, 2, 5]) {
      const values = multiples(from, to, { digit, exponent }, atMost);
      // The next step up may leave a single one.
      if (values !== undefined) return values.length < 2 && finer.length > 1 ? finer : values;
      finer = multiples(from, to, { digit, exponent }, atMost * 2) ?? [];
    }
  }
  return finer;
}

/** Undefined where there are more than `atMost`. */
function multiples(
  from: number,
  to: number,
  { digit, exponent }: { digit: number; exponent: number },
  atMost: number,
): readonly number[] | undefined {
  const step = power(digit, exponent);
  if (!(step > 0) || !Number.isFinite(step)) return undefined;
  const tolerance = 1e-9;
  const first = Math.ceil(from / step - tolerance);
  const last = Math.floor(to / step + tolerance);
  if (last - first + 1 > atMost) return undefined;
  // Of decimal digits, so that 3 steps of 0.1 are 0.3 and not 0.30000000000000004.
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => power((first + index) * digit, exponent));
}

function power(digits: number, exponent: number): number {
  return digits === 0 ? 0 : Number(`${digits}e${exponent}`);
}

/** Powers of ten; where the axis has less than two of them, round values between as well. */
function logValues({ from, to }: Scale, atMost: number): readonly number[] {
  const [first, last] = [Math.ceil(from - 1e-9), Math.floor(to + 1e-9)];
  if (last - first >= 1) {
    const every = Math.max(1, Math.ceil((last - first + 1) / Math.max(2, atMost)));
    const powers: number[] = [];
    for (let exponent = Math.ceil(first / every) * every; exponent <= last; exponent += every) powers.push(Number(`1e${exponent}`));
    if (powers.length > 1) return powers;
    return [Number(`1e${first}`), Number(`1e${last}`)];
  }
  return linearValues(10 ** from, 10 ** to, Math.max(2, atMost), false).filter((value) => value > 0);
}

const UNITS = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const;

/** All in one form, with as many digits as it takes to tell them apart. */
function tickLabels(values: readonly number[]): readonly string[] {
  const largest = Math.max(...values.map(Math.abs));
  const step = values.length > 1 ? Math.abs((values[1] as number) - (values[0] as number)) : largest;
  if (largest === 0) return values.map(() => '0');
  if (values.every(Number.isInteger) && largest < 10_000) return values.map(String);
  if (largest >= 10_000 && largest < 1e15) {
    const [size, unit] = UNITS.find(([each]) => largest >= each) as (typeof UNITS)[number];
    const texts = values.map((value) => (value === 0 ? '0' : `${Number((value / size).toPrecision(4))}${unit}`));
    if (areExact(texts, values, step, (text) => Number(text.replace(/[TGMk]$/, '')) * (text === '0' ? 1 : size))) return texts;
  }
  const fixed = largest < 1e15 && largest >= 1e-4 ? inFewDigits(values, step, (value, digits) => value.toFixed(digits)) : undefined;
  const exponential = inFewDigits(values, step, exponentText);
  if (fixed === undefined || largest >= 1e6 || largest < 1e-3) return shorter(fixed, exponential);
  return fixed;
}

function inFewDigits(values: readonly number[], step: number, write: (value: number, digits: number) => string): readonly string[] {
  for (let digits = 0; digits < 17; digits += 1) {
    const texts = values.map((value) => write(value, digits));
    if (areExact(texts, values, step, Number)) return texts;
  }
  return values.map((value) => write(value, 17));
}

function areExact(texts: readonly string[], values: readonly number[], step: number, read: (text: string) => number): boolean {
  return texts.every((text, index) => Math.abs(read(text) - (values[index] as number)) <= step * 1e-3);
}

function exponentText(value: number, digits: number): string {
  if (value === 0) return '0';
  return value.toExponential(digits).replace('e+', 'e');
}

function shorter(fixed: readonly string[] | undefined, exponential: readonly string[]): readonly string[] {
  const width = (texts: readonly string[]): number => Math.max(...texts.map((text) => text.length));
  return fixed !== undefined && width(fixed) <= width(exponential) ? fixed : exponential;
}
