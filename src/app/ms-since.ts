/** Milliseconds since that moment of `performance.now()`, with three decimals: what follows these is noise. */
export function msSince(startMs: number): number {
  return Math.round((performance.now() - startMs) * 1000) / 1000;
}
