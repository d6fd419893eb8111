import { textWidth } from '../format/text-width.ts';
import { Canvas, DOWN, LEFT, RIGHT, UP } from './canvas.ts';
import { layered, type Graph } from './layers.ts';
import { orderLayers } from './order.ts';
import { placeNodes } from './place.ts';
import { assignTracks, type Bundle } from './tracks.ts';

type Edge = readonly [from: number, to: number];

const BOX_ROWS = 3;
const PADDING = 4;
const NO_LINE = -1;

/** Boxes in layers, joined by lines; what comes first is above. `labels[i]` is the text of node `i`. */
export function drawGraph(graph: Graph, labels: readonly string[], unicode: boolean): string[] {
  const shape = layered(graph);
  const layers = orderLayers(shape);
  const widthOf = (node: number): number => (node < graph.size ? textWidth(labels[node] ?? '') + PADDING : 1);
  const left = placeNodes(layers, shape.edges, widthOf);
  const center = (node: number): number => (left.get(node) ?? 0) + Math.floor(widthOf(node) / 2);
  const canvas = new Canvas(unicode);
  let row = 0;
  layers.forEach((layer, index) => {
    for (const node of layer) {
      if (node < graph.size) drawBox(canvas, row, left.get(node) ?? 0, labels[node] ?? '');
      else canvas.vertical(center(node), row, row + BOX_ROWS - 1, node);
    }
    const between = shape.edges[index] ?? [];
    const bundles = bundlesOf(between, center, entryColumns(between, center, graph.size));
    if (bundles.length === 0) return;
    row = drawBundles(canvas, row + BOX_ROWS, bundles, (bundle) => bundle.id < graph.size);
  });
  return canvas.lines();
}

/**
 * Where lines enter each node: its middle, or beside it where a line that leads elsewhere comes down from
 * right above and would look as if it led here. Stand-ins have no room beside their middle.
 */
function entryColumns(edges: readonly Edge[], center: (node: number) => number, size: number): ReadonlyMap<number, number> {
  const sources = new Set(edges.map(([from]) => from));
  const leads = new Set(edges.map(([from, to]) => `${from} ${to}`));
  const columns = new Map<number, number>();
  for (const [, to] of edges) {
    const foreign = [...sources].some((from) => center(from) === center(to) && !leads.has(`${from} ${to}`));
    columns.set(to, center(to) + (foreign && to < size ? 1 : 0));
  }
  return columns;
}

function bundlesOf(edges: readonly Edge[], center: (node: number) => number, entries: ReadonlyMap<number, number>): Bundle[] {
  const targets = new Map<number, number[]>();
  for (const [from, to] of edges) targets.set(from, [...(targets.get(from) ?? []), entries.get(to) ?? center(to)]);
  return [...targets].map(([from, to]) => ({ id: from, from: center(from), to }));
}

/** Returns the row where the next layer begins. */
function drawBundles(canvas: Canvas, firstRow: number, bundles: readonly Bundle[], fromBox: (bundle: Bundle) => boolean): number {
  const { track, count } = assignTracks(bundles);
  const nextRow = firstRow + Math.max(1, count);
  for (const bundle of bundles) {
    const { id, from, to } = bundle;
    canvas.line(firstRow - 1, from, fromBox(bundle) ? DOWN | LEFT | RIGHT : UP | DOWN, id);
    const turn = firstRow + (track.get(id) ?? 0);
    canvas.line(firstRow, from, UP, id);
    canvas.vertical(from, firstRow, turn, id);
    for (const column of to) {
      canvas.horizontal(turn, from, column, id);
      canvas.vertical(column, turn, nextRow, id);
    }
  }
  return nextRow;
}

function drawBox(canvas: Canvas, row: number, column: number, label: string): void {
  const width = textWidth(label) + PADDING;
  const last = column + width - 1;
  for (const [edgeRow, side] of [
    [row, DOWN],
    [row + 2, UP],
  ] as const) {
    canvas.horizontal(edgeRow, column, last, NO_LINE);
    canvas.line(edgeRow, column, side, NO_LINE);
    canvas.line(edgeRow, last, side, NO_LINE);
  }
  for (const edge of [column, last]) canvas.line(row + 1, edge, UP | DOWN, NO_LINE);
  canvas.wide(row + 1, column + 2, label, textWidth(label));
}
