import { InvalidArgumentError } from 'commander';

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
