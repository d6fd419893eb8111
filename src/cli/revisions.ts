export type Revisions = readonly [] | readonly [string] | readonly [string, string];

/** Of two optional arguments. */
export function revisionsOf(from: string | undefined, to: string | undefined): Revisions {
  if (from === undefined) return [];
  return to === undefined ? [from] : [from, to];
}
