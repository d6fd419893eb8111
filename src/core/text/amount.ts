const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** Bytes in decimal units: `0 B`, `999 B`, `3.1 kB`, `120 MB`. */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes) || bytes < 0) return '?';
  let value = bytes;
  let unit = 0;
  while (rounded(value, unit) >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const text = unit === 0 || value >= 99.95 ? String(Math.round(value)) : value.toFixed(1);
  return `${text} ${UNITS[unit]}`;
}

/** `1 stage`, `5 stages`; thousands are grouped. */
export function count(amount: number, one: string, many = `${one}s`): string {
  return `${formatCount(amount)} ${amount === 1 ? one : many}`;
}

/** `1,234,567`, `1,234.5678`: only what stands before the point is grouped. */
export function formatCount(amount: number): string {
  return String(amount).replace(/^-?\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ','));
}

function rounded(value: number, unit: number): number {
  return unit === 0 ? value : Math.round(value * 10) / 10;
}
