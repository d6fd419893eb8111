/** Unix milliseconds from `fromMs` up to, not including, `toMs`: a day, a minute, or one millisecond. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

const UNIT_MS: { readonly [unit: string]: number } = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

const UNIT = /^(?:ms|s|sec|secs|seconds?|m|min|mins|minutes?|h|hours?|d|days?|w|weeks?)$/;
const AMOUNTS = /^(?:\d+(?:\.\d+)?\s*[a-z]+\s*)+$/;
const AMOUNT = /(\d+(?:\.\d+)?)\s*([a-z]+)/g;
const DATE = /^(\d{4})-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?\s*(Z|[-+]\d\d:?\d\d)?)?)?$/;

/** `90s`, `5 min`, `1h 30m`, `2 days`: milliseconds; undefined for anything else. */
export function parseSpanOfTime(text: string): number | undefined {
  const lower = text.trim().toLowerCase();
  if (!AMOUNTS.test(lower)) return undefined;
  let total = 0;
  for (const [, amount = '', unit = ''] of lower.matchAll(AMOUNT)) {
    if (!UNIT.test(unit)) return undefined;
    total += Number(amount) * (UNIT_MS[unit === 'ms' ? 'ms' : unit.slice(0, 1)] as number);
  }
  return total;
}

/**
 * A date is all of its day, a time without seconds all of its minute; without an offset both are local time.
 * `7d ago`, `now`, `today`, `yesterday` count from `nowMs`. Undefined for anything else.
 */
export function parseMoment(text: string, nowMs: number): Span | undefined {
  const lower = text.trim().toLowerCase();
  if (lower === 'now') return instant(nowMs);
  if (lower === 'today') return dayOf(new Date(nowMs), 0);
  if (lower === 'yesterday') return dayOf(new Date(nowMs), -1);
  const ago = /^(.*\S)\s+ago$/.exec(lower)?.[1];
  if (ago !== undefined) {
    const before = parseSpanOfTime(ago);
    return before === undefined ? undefined : instant(nowMs - before);
  }
  return parseDate(text.trim());
}

function parseDate(text: string): Span | undefined {
  const parts = DATE.exec(text);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, offset] = parts;
  const fields = [Number(year), Number(month) - 1, Number(day ?? 1), Number(hour ?? 0), Number(minute ?? 0), Number(second ?? 0)] as const;
  // Fields out of range would carry over: 2026-02-30 is no day.
  const carried = new Date(Date.UTC(...fields));
  if (carried.getUTCMonth() !== fields[1] || carried.getUTCDate() !== fields[2] || fields[3] > 23 || fields[4] > 59 || fields[5] > 59)
    return undefined;
  const fractionMs = fraction === undefined ? 0 : Number(fraction.padEnd(3, '0'));
  const fromMs = (offset === undefined ? new Date(...fields).getTime() : carried.getTime() - offsetMs(offset)) + fractionMs;
  if (day === undefined) return { fromMs, toMs: new Date(fields[0], fields[1] + 1, 1).getTime() };
  if (hour === undefined) return { fromMs, toMs: new Date(fields[0], fields[1], fields[2] + 1).getTime() };
  return { fromMs, toMs: fromMs + (second === undefined ? 60_000 : fraction === undefined ? 1_000 : 1) };
}

function offsetMs(offset: string): number {
  if (offset === 'Z') return 0;
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2));
  return (offset.startsWith('-') ? -minutes : minutes) * 60_000;
}

function dayOf(date: Date, shift: number): Span {
  const at = (days: number): number => new Date(date.getFullYear(), date.getMonth(), date.getDate() + days).getTime();
  return { fromMs: at(shift), toMs: at(shift + 1) };
}

function instant(ms: number): Span {
  const fromMs = Math.floor(ms);
  return { fromMs, toMs: fromMs + 1 };
}
