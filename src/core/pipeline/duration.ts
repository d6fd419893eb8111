const DURATION = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?\s*$/;
const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `90`, `90s`, `1.5m`, `2h`, `500ms`, `1d` → milliseconds; a bare number is seconds. Undefined unless above 0. */
export function durationMs(value: string | number): number | undefined {
  const match = DURATION.exec(String(value));
  if (match === null) return undefined;
  const unit = (match[2] ?? 's') as keyof typeof UNIT_MS;
  const milliseconds = Math.round(Number(match[1]) * UNIT_MS[unit]);
  return milliseconds > 0 && Number.isSafeInteger(milliseconds) ? milliseconds : undefined;
}

/** Of two limits in milliseconds; undefined is none. */
export function shorterMs(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}
