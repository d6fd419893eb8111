import type { DagData } from '../../app/types.ts';
import { largest } from '../../core/largest.ts';
import { drawGraph } from '../dag/draw.ts';
import { assignLayers, type Graph } from '../dag/layers.ts';
import { printable } from '../format/printable.ts';
import { textWidth, truncate } from '../format/text-width.ts';
import { wrapWords } from '../format/wrap.ts';
import type { Style } from '../style.ts';

/** Beyond this many stages, or wider than the terminal, a list by layers is clearer than boxes. */
const MOST_BOXES = 60;

export function dagLines(dag: DagData, style: Style): string[] {
  const graph = toGraph(dag);
  const labels = dag.nodes.map(({ name }) => printable(name));
  if (graph.size <= MOST_BOXES) {
    const drawing = drawGraph(graph, labels, style.glyphs.unicode);
    if (drawing.every((line) => textWidth(line) <= style.width)) return drawing;
  }
  return layerList(graph, labels, style);
}

function toGraph({ nodes, edges }: DagData): Graph {
  const index = new Map(nodes.map(({ name }, position) => [name, position]));
  const inside = edges.flatMap(({ from, to }): [number, number][] => {
    const ends = [index.get(from), index.get(to)] as const;
    return ends[0] === undefined || ends[1] === undefined ? [] : [[ends[0], ends[1]]];
  });
  return { size: nodes.length, edges: inside };
}

/** One line a stage, what it uses after the arrow; a number starts each layer. */
function layerList(graph: Graph, labels: readonly string[], style: Style): string[] {
  const layerOf = assignLayers(graph);
  const digits = String(Math.max(0, largest(layerOf)) + 1).length;
  const sources = labels.map((_, node) => graph.edges.filter(([, to]) => to === node).map(([from]) => labels[from] ?? ''));
  const order = labels.map((_, node) => node).toSorted((a, b) => (layerOf[a] ?? 0) - (layerOf[b] ?? 0) || a - b);
  return order.flatMap((node, position) => {
    const layer = layerOf[node] ?? 0;
    const first = position === 0 || layerOf[order[position - 1] as number] !== layer;
    const number = first ? String(layer + 1).padStart(digits) : ' '.repeat(digits);
    return entryLines(`${number}  `, labels[node] ?? '', sources[node] ?? [], style);
  });
}

function entryLines(prefix: string, label: string, sources: readonly string[], style: Style): string[] {
  const { back, ellipsis } = style.glyphs;
  const room = style.width - prefix.length;
  if (sources.length === 0) return [prefix + truncate(label, room, ellipsis)];
  const whole = `${label} ${back} ${sources.join(', ')}`;
  if (textWidth(whole) <= room) return [`${prefix}${style.bold(label)} ${style.dim(`${back} ${sources.join(', ')}`)}`];
  const indent = ' '.repeat(prefix.length + 2);
  const lines = wrapWords(`${back} ${sources.join(', ')}`, room - 2);
  return [
    prefix + style.bold(truncate(label, room, ellipsis)),
    ...lines.map((line) => indent + style.dim(truncate(line, room - 2, ellipsis))),
  ];
}
