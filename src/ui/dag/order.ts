import type { LayeredGraph } from './layers.ts';

type Edge = readonly [from: number, to: number];

const SWEEPS = 12;

/** Orders the nodes within each layer so that few lines cross: neighbours' means, down and up, the best of all sweeps. */
export function orderLayers(graph: LayeredGraph): number[][] {
  let current = graph.layers.map((layer) => [...layer]);
  let best = current;
  let fewest = crossings(current, graph.edges);
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep += 1) {
    current = sweep % 2 === 0 ? sweepDown(current, graph.edges) : sweepUp(current, graph.edges);
    const found = crossings(current, graph.edges);
    if (found < fewest) {
      best = current;
      fewest = found;
    }
  }
  return best;
}

export function crossings(layers: readonly (readonly number[])[], edges: readonly (readonly Edge[])[]): number {
  return edges.reduce(
    (sum, between, layer) => sum + crossingsBetween(positions(layers[layer] ?? []), positions(layers[layer + 1] ?? []), between),
    0,
  );
}

function crossingsBetween(upper: ReadonlyMap<number, number>, lower: ReadonlyMap<number, number>, edges: readonly Edge[]): number {
  const ends = edges.map(([from, to]) => [upper.get(from) ?? 0, lower.get(to) ?? 0] as const);
  let found = 0;
  ends.forEach(([a, b], index) => {
    for (const [c, d] of ends.slice(index + 1)) if ((a - c) * (b - d) < 0) found += 1;
  });
  return found;
}

function sweepDown(layers: readonly number[][], edges: readonly (readonly Edge[])[]): number[][] {
  const result = layers.map((layer) => [...layer]);
  for (let layer = 1; layer < result.length; layer += 1) {
    const backwards = (edges[layer - 1] ?? []).map(([from, to]): Edge => [to, from]);
    result[layer] = byMean(result[layer] ?? [], positions(result[layer - 1] ?? []), backwards);
  }
  return result;
}

function sweepUp(layers: readonly number[][], edges: readonly (readonly Edge[])[]): number[][] {
  const result = layers.map((layer) => [...layer]);
  for (let layer = result.length - 2; layer >= 0; layer -= 1) {
    result[layer] = byMean(result[layer] ?? [], positions(result[layer + 1] ?? []), edges[layer] ?? []);
  }
  return result;
}

/** Nodes without neighbours keep their place. */
function byMean(layer: readonly number[], neighbours: ReadonlyMap<number, number>, edges: readonly Edge[]): number[] {
  const sums = new Map<number, { sum: number; count: number }>();
  for (const [node, neighbour] of edges) {
    const entry = sums.get(node) ?? { sum: 0, count: 0 };
    sums.set(node, { sum: entry.sum + (neighbours.get(neighbour) ?? 0), count: entry.count + 1 });
  }
  const keys = new Map(layer.map((node, index) => [node, meanOf(sums.get(node)) ?? index]));
  return layer.toSorted((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0));
}

function meanOf(entry: { sum: number; count: number } | undefined): number | undefined {
  return entry === undefined ? undefined : entry.sum / entry.count;
}

function positions(layer: readonly number[]): ReadonlyMap<number, number> {
  return new Map(layer.map((node, index) => [node, index]));
}
