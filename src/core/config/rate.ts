const UNIT_BYTES: { readonly [unit: string]: number } = { '': 1, k: 1e3, m: 1e6, g: 1e9 };
/** Below that a connection looks dead. */
const SLOWEST = 10_000;

/** `10M`, `500K`, `2.5MB`; undefined where that is no rate that transfers can keep. */
export function bytesPerSecond(text: string): number | undefined {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmg]?)b?(?:\/s)?$/i.exec(text.trim()) ?? [];
  const rate = Math.round(Number(amount) * (UNIT_BYTES[unit.toLowerCase()] ?? 1));
  return amount === undefined || rate < SLOWEST ? undefined : rate;
}
