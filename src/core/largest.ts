/** -Infinity of none. `Math.max(...)` is for short lists only: a call takes some 100,000 arguments. */
export function largest(numbers: Iterable<number>): number {
  let found = -Infinity;
  for (const number of numbers) if (number > found) found = number;
  return found;
}
