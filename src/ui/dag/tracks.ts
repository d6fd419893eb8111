/** All lines that leave one node towards the next layer: they share one horizontal part. Columns of their ends. */
export interface Bundle {
  readonly id: number;
  readonly from: number;
  readonly to: readonly number[];
}

/**
 * The row of the horizontal part of each bundle, from 0 on; straight bundles have none.
 * Bundles that would touch get rows of their own; one that must turn off above another's descent comes first.
 */
export function assignTracks(bundles: readonly Bundle[]): { readonly track: ReadonlyMap<number, number>; readonly count: number } {
  const turning = bundles.filter((bundle) => bundle.to.some((column) => column !== bundle.from));
  const above = new Map(turning.map((bundle) => [bundle.id, turning.filter((other) => other !== bundle && mustBeAbove(other, bundle))]));
  const track = new Map<number, number>();
  const rows: Bundle[][] = [];
  for (const bundle of inOrder(turning, above)) {
    const floor = Math.max(-1, ...(above.get(bundle.id) ?? []).map((other) => track.get(other.id) ?? -1)) + 1;
    let row = floor;
    while ((rows[row] ?? []).some((other) => overlaps(other, bundle))) row += 1;
    rows[row] = [...(rows[row] ?? []), bundle];
    track.set(bundle.id, row);
  }
  return { track, count: rows.length };
}

/** `first` descends at a column where `second` comes down from its node: its row must not run into that line. */
function mustBeAbove(first: Bundle, second: Bundle): boolean {
  return second.to.includes(first.from) && !first.to.includes(second.from);
}

/** Those without anything above them first; where that goes in a circle, as given. */
function inOrder(bundles: readonly Bundle[], above: ReadonlyMap<number, readonly Bundle[]>): Bundle[] {
  const done = new Set<Bundle>();
  const visiting = new Set<Bundle>();
  const result: Bundle[] = [];
  const visit = (bundle: Bundle): void => {
    if (done.has(bundle) || visiting.has(bundle)) return;
    visiting.add(bundle);
    for (const other of above.get(bundle.id) ?? []) visit(other);
    done.add(bundle);
    result.push(bundle);
  };
  bundles.toSorted((a, b) => a.from - b.from).forEach(visit);
  return result;
}

function overlaps(a: Bundle, b: Bundle): boolean {
  const [aLow, aHigh] = span(a);
  const [bLow, bHigh] = span(b);
  return aLow <= bHigh + 1 && bLow <= aHigh + 1;
}

function span({ from, to }: Bundle): [number, number] {
  return [Math.min(from, ...to), Math.max(from, ...to)];
}
