/** A graph to draw: nodes are numbers from 0 on, edges go from what is made to what uses it. No cycles. */
export interface Graph {
  readonly size: number;
  readonly edges: readonly (readonly [from: number, to: number])[];
}

/** Layer of each node: 0 for those without predecessors, else one more than the deepest of these. */
export function assignLayers(graph: Graph): number[] {
  const successors: number[][] = Array.from({ length: graph.size }, () => []);
  const waiting = Array.from({ length: graph.size }, () => 0);
  for (const [from, to] of graph.edges) {
    successors[from]?.push(to);
    waiting[to] = (waiting[to] ?? 0) + 1;
  }
  const layers = Array.from({ length: graph.size }, () => 0);
  const ready = waiting.flatMap((count, node) => (count === 0 ? [node] : []));
  for (let index = 0; index < ready.length; index += 1) {
    const node = ready[index] as number;
    for (const next of successors[node] ?? []) {
      layers[next] = Math.max(layers[next] ?? 0, (layers[node] ?? 0) + 1);
      waiting[next] = (waiting[next] ?? 0) - 1;
      if (waiting[next] === 0) ready.push(next);
    }
  }
  return layers;
}

/** The graph with a stand-in node in every layer that an edge passes, so that all edges join neighbours. */
export interface LayeredGraph {
  /** Nodes of each layer; those from `size` of the graph on are stand-ins. */
  readonly layers: readonly (readonly number[])[];
  /** Edges that leave each layer. */
  readonly edges: readonly (readonly (readonly [from: number, to: number])[])[];
}

export function layered(graph: Graph): LayeredGraph {
  const layerOf = assignLayers(graph);
  const depth = Math.max(-1, ...layerOf) + 1;
  const layers: number[][] = Array.from({ length: depth }, () => []);
  const edges: [number, number][][] = Array.from({ length: depth }, () => []);
  layerOf.forEach((layer, node) => layers[layer]?.push(node));
  let next = graph.size;
  /** Long edges from one node share their stand-ins: one line that branches late. */
  const standIns = new Map<string, number>();
  const joined = new Set<string>();
  const join = (layer: number, from: number, to: number): void => {
    const key = `${from} ${to}`;
    if (joined.has(key)) return;
    joined.add(key);
    edges[layer]?.push([from, to]);
  };
  for (const [from, to] of graph.edges) {
    let previous = from;
    const last = layerOf[to] as number;
    for (let layer = (layerOf[from] as number) + 1; layer < last; layer += 1) {
      const key = `${from} ${layer}`;
      const standIn = standIns.get(key) ?? next;
      if (standIn === next) {
        standIns.set(key, standIn);
        layers[layer]?.push(standIn);
        next += 1;
      }
      join(layer - 1, previous, standIn);
      previous = standIn;
    }
    join(last - 1, previous, to);
  }
  return { layers, edges };
}
