type Edge = readonly [from: number, to: number];

/** Columns between neighbours of a layer. */
const GAP = 2;
const PASSES = 8;

/**
 * The left column of every node: layers keep their order and the gap, and each node moves towards the
 * middle of its neighbours as far as there is room. Widths and results are in columns.
 */
export function placeNodes(
  layers: readonly (readonly number[])[],
  edges: readonly (readonly Edge[])[],
  widthOf: (node: number) => number,
): Map<number, number> {
  const left = new Map<number, number>();
  for (const layer of layers) {
    let column = 0;
    for (const node of layer) {
      left.set(node, column);
      column += widthOf(node) + GAP;
    }
  }
  const center = (node: number): number => (left.get(node) ?? 0) + Math.floor(widthOf(node) / 2);
  const above = neighbourMap(edges, ([from, to]) => [to, from]);
  const below = neighbourMap(edges, ([from, to]) => [from, to]);
  for (let pass = 0; pass < PASSES; pass += 1) {
    const downwards = pass % 2 === 0;
    const order = downwards ? layers : layers.toReversed();
    const neighbours = downwards ? above : below;
    for (const layer of order) pull(layer, left, widthOf, (node) => wish(neighbours.get(node), center, widthOf(node)));
  }
  const leftmost = left.size === 0 ? 0 : Math.min(...left.values());
  for (const [node, column] of left) left.set(node, column - leftmost);
  return left;
}

function wish(neighbours: readonly number[] | undefined, center: (node: number) => number, width: number): number | undefined {
  if (neighbours === undefined || neighbours.length === 0) return undefined;
  const centers = neighbours.map(center).sort((a, b) => a - b);
  const low = centers[Math.floor((centers.length - 1) / 2)] ?? 0;
  const high = centers[Math.ceil((centers.length - 1) / 2)] ?? 0;
  return Math.floor((low + high) / 2) - Math.floor(width / 2);
}

/** Nodes are merged into blocks that move together where their wishes overlap (least movement in the mean). */
function pull(
  layer: readonly number[],
  left: Map<number, number>,
  widthOf: (node: number) => number,
  wishOf: (node: number) => number | undefined,
): void {
  const blocks: { start: number; width: number; nodes: number[]; wishes: number[] }[] = [];
  for (const node of layer) {
    const wished = wishOf(node) ?? left.get(node) ?? 0;
    let block = { start: wished, width: widthOf(node), nodes: [node], wishes: [wished] };
    for (let before = blocks.at(-1); before !== undefined && before.start + before.width + GAP > block.start; before = blocks.at(-1)) {
      blocks.pop();
      const shift = before.width + GAP;
      const wishes = [...before.wishes, ...block.wishes.map((each) => each - shift)];
      const start = Math.round(wishes.reduce((sum, each) => sum + each, 0) / wishes.length);
      block = { start, width: shift + block.width, nodes: [...before.nodes, ...block.nodes], wishes };
    }
    blocks.push(block);
  }
  for (const block of blocks) {
    let column = block.start;
    for (const node of block.nodes) {
      left.set(node, column);
      column += widthOf(node) + GAP;
    }
  }
}

function neighbourMap(edges: readonly (readonly Edge[])[], turn: (edge: Edge) => Edge): Map<number, number[]> {
  const map = new Map<number, number[]>();
  for (const edge of edges.flat()) {
    const [node, neighbour] = turn(edge);
    map.set(node, [...(map.get(node) ?? []), neighbour]);
  }
  return map;
}
