import { InvalidArgumentError } from 'commander';
import { CONFIG, readConfigValue, retentionMs } from '../core/config/keys.ts';
import { bytesPerSecond } from '../core/config/rate.ts';
import { MloError } from '../core/errors/mlo-error.ts';
import { parseMoment, parseSpanOfTime } from '../core/search/moments.ts';

const UNIT_MS: { readonly [unit: string]: number } = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 };

/** `30s`, `5m`, `1.5h`, `500ms`; a bare number is seconds. In milliseconds. */
export function parseDuration(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|min|h)?$/.exec(text.trim()) ?? [];
  if (amount === undefined) throw new InvalidArgumentError('Expected a duration such as 30s, 5m or 500ms.');
  return Number(amount) * (UNIT_MS[unit ?? 's'] ?? 1000);
}

/** A limit: nothing could be done within none. */
export function parseTimeout(text: string): number {
  const ms = parseDuration(text);
  if (ms === 0) throw new InvalidArgumentError('Expected a duration above zero, such as 30s.');
  return ms;
}

export function parseWait(text: string): number {
  return text === 'forever' ? Infinity : parseDuration(text);
}

export function parsePositiveInteger(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('Expected a whole number from 1 on.');
  return value;
}

/** Of an experiment that runs go to: any name that one can have. */
export function parseExperiment(text: string): string {
  const name = readConfigValue('tracking.experiment', text);
  if (name !== undefined) return name;
  throw new MloError('MLO_USAGE', `--experiment needs ${CONFIG['tracking.experiment'].expects}`, { hint: 'mlo experiments list' });
}

const ASSIGNED = { tag: "owner=anna 'why=smaller batches'", param: 'lr=0.1 epochs=20' };

/** `key=value` as typed, in this order; a value may hold more equals signs. */
export function parseAssignments(
  texts: readonly string[],
  what: keyof typeof ASSIGNED,
): readonly (readonly [key: string, value: string])[] {
  return texts.map((text) => {
    const at = text.indexOf('=');
    if (at > 0) return [text.slice(0, at), text.slice(at + 1)] as const;
    throw new MloError('MLO_USAGE', `'${text}' is no ${what}: key=value was expected`, { hint: `For example: ${ASSIGNED[what]}` });
  });
}

/** Tags to set; of two with one key the last counts. */
export function parseTags(texts: readonly string[]): ReadonlyMap<string, string> {
  return new Map(parseAssignments(texts, 'tag'));
}

/** `30d`, `12h`; how long ago, in milliseconds. */
export function parseAge(text: string): number {
  const ms = retentionMs(text.trim());
  if (ms === undefined) throw new InvalidArgumentError('Expected a duration such as 30d, 12h or 90m.');
  return ms;
}

/** A duration before now, or the beginning of a moment as `mlo runs search` takes them, as Unix milliseconds. */
export function parseSince(text: string): number {
  const nowMs = Date.now();
  const ago = parseSpanOfTime(text);
  const ms = ago === undefined ? parseMoment(text, nowMs)?.fromMs : nowMs - ago;
  if (ms === undefined) throw new InvalidArgumentError('Expected how long ago (7d, 12h) or a date (2026-11-21).');
  return ms;
}

export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

const UNIT_BYTES: { readonly [unit: string]: number } = {
  '': 1,
  b: 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  t: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** `50G`, `500MB`, `1.5GiB`; a bare number is bytes. */
export function parseSize(text: string): number {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmgt]?(?:ib)?|[kmgt]?b)$/i.exec(text.trim()) ?? [];
  const bytes = UNIT_BYTES[/^[kmgt]b$/i.test(unit) ? unit.slice(0, 1).toLowerCase() : unit.toLowerCase()];
  if (amount === undefined || bytes === undefined) throw new InvalidArgumentError('Expected a size such as 50G, 500MB or 20GiB.');
  return Math.round(Number(amount) * bytes);
}

/** `5%`, `0.05`; above nothing, everything at the most. */
export function parseShare(text: string): number {
  const [, amount, percent] = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text.trim()) ?? [];
  const share = Number(amount) / (percent === '%' ? 100 : 1);
  if (amount === undefined || !(share > 0 && share <= 1)) throw new InvalidArgumentError('Expected a share such as 5% or 0.05.');
  return share;
}

/** `10M`, `500K`: bytes a second. */
export function parseRate(text: string): number {
  const rate = bytesPerSecond(text);
  if (rate === undefined) throw new InvalidArgumentError('Expected bytes a second such as 10M or 500K, 10K at least.');
  return rate;
}
