/** Kernels stamp files with a clock that ticks every 1 to 10 ms; some file systems keep only (even) seconds. */
export const FINE_TICK_MS = 20;
const COARSE_TICK_MS = 2_100;

/**
 * Racy-safe as Git's index is: a file changed again within one tick of its clock, to the same size, has the same stat.
 * So what was read is trusted only where the ctime (which nobody can set) is older, by more than a tick,
 * than the moment the reading began; any later change must then show another ctime. Milliseconds since 1970.
 */
export function isSettled(mtimeMs: number, ctimeMs: number, readMs: number): boolean {
  const isCoarse = mtimeMs % 1000 === 0 && ctimeMs % 1000 === 0;
  return ctimeMs + (isCoarse ? COARSE_TICK_MS : FINE_TICK_MS) < readMs;
}
