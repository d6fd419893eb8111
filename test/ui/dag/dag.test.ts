import { describe, expect, it } from 'vitest';
import type { DagData } from '../../../src/app/types.ts';
import { assignLayers, layered, type Graph } from '../../../src/ui/dag/layers.ts';
import { crossings, orderLayers } from '../../../src/ui/dag/order.ts';
import { drawGraph } from '../../../src/ui/dag/draw.ts';
import { dagLines } from '../../../src/ui/render/dag.ts';
import { dotLines } from '../../../src/ui/render/dag-dot.ts';
import { mermaidLines } from '../../../src/ui/render/dag-mermaid.ts';
import { textWidth } from '../../../src/ui/format/text-width.ts';
import { plainStyle } from '../../../src/ui/style.ts';
import { fc } from '../../helpers/properties.ts';

const IRIS = view(['load>split', 'split>train', 'split>evaluate', 'train>evaluate']);

/** Edges only from lower to higher numbers, so that there is no cycle. */
const graphs: fc.Arbitrary<Graph> = fc.integer({ min: 1, max: 25 }).chain((size) =>
  fc
    .uniqueArray(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), {
      maxLength: 50,
      selector: ([a, b]) => `${Math.min(a, b)} ${Math.max(a, b)}`,
    })
    .map((pairs) => ({
      size,
      edges: pairs.filter(([a, b]) => a !== b).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const),
    })),
);

describe('the drawing of a graph', () => {
  it('puts what is used above what uses it', () => {
    expect(dagLines(IRIS, plainStyle(80))).toEqual([
      '   ┌──────┐',
      '   │ load │',
      '   └───┬──┘',
      '       │',
      '   ┌───┴───┐',
      '   │ split │',
      '   └───┬───┘',
      '    ┌──┴───┐',
      '┌───┴───┐  │',
      '│ train │  │',
      '└───┬───┘  │',
      '    └──┐   │',
      '       ├───┘',
      ' ┌─────┴────┐',
      ' │ evaluate │',
      ' └──────────┘',
    ]);
  });

  it('draws with ASCII characters where there are no others', () => {
    // oxlint-disable-next-line no-control-regex -- all of ASCII
    for (const line of dagLines(IRIS, plainStyle(80, false))) expect(line).toMatch(/^[\x00-\x7f]*$/);
  });

  it('becomes a list by layers where it is wider than the terminal', () => {
    expect(dagLines(IRIS, plainStyle(12))).toEqual([
      '1  load',
      '2  split',
      '     ← load',
      '3  train',
      '     ← split',
      '4  evaluate',
      '     ←',
      '     split,',
      '     train',
    ]);
  });

  it('shows a crossing as a line that goes on, and a junction as a cross', () => {
    const crossed = dagLines(view(['a>c', 'a>d', 'a>f', 'b>d', 'b>f', 'c>e', 'a>e']), plainStyle(80)).join('\n');
    expect(crossed).toContain('─│─');
    const joined = dagLines(view(['a>c', 'a>d', 'a>e', 'b>d', 'x>a', 'x>b', 'x>d']), plainStyle(80)).join('\n');
    expect(joined).toContain('┼');
  });

  it('shows every stage once, whatever the graph', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const labels = Array.from({ length: graph.size }, (_, node) => `s${node}.`);
        const text = drawGraph(graph, labels, true).join('\n');
        for (const label of labels) expect(text.split(`│ ${label} │`)).toHaveLength(2);
      }),
      { numRuns: 100 },
    );
  });

  it('is never wider than the terminal', () => {
    fc.assert(
      fc.property(graphs, fc.integer({ min: 20, max: 120 }), (graph, width) => {
        const nodes = Array.from({ length: graph.size }, (_, node) => ({ name: `stage-${node}@日本`, outs: [] }));
        const edges = graph.edges.map(([from, to]) => ({ from: nodes[from]!.name, to: nodes[to]!.name }));
        for (const line of dagLines({ nodes, edges }, plainStyle(width))) expect(textWidth(line)).toBeLessThanOrEqual(width);
      }),
      { numRuns: 100 },
    );
  });
});

describe('layers', () => {
  it('let every edge go down, and stand-ins make edges join neighbours', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const layer = assignLayers(graph);
        for (const [from, to] of graph.edges) expect(layer[from]!).toBeLessThan(layer[to]!);
        const { layers, edges } = layered(graph);
        edges.forEach((between, index) => {
          for (const [from, to] of between) {
            expect(layers[index]).toContain(from);
            expect(layers[index + 1]).toContain(to);
          }
        });
      }),
    );
  });

  it('are ordered with at most as many crossings as before', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const shape = layered(graph);
        const ordered = orderLayers(shape);
        expect(crossings(ordered, shape.edges)).toBeLessThanOrEqual(crossings(shape.layers, shape.edges));
        expect(ordered.map((layer) => layer.toSorted())).toEqual(shape.layers.map((layer) => layer.toSorted()));
      }),
    );
  });
});

describe('the Mermaid chart', () => {
  it('names stages by number and escapes what would end a label', () => {
    expect(mermaidLines(view(['a"]>b@x']))).toEqual(['flowchart TD', '\tnode1["a#34;#93;"]', '\tnode2["b@x"]', '\tnode1-->node2']);
  });
});

function view(edges: readonly string[]): DagData {
  const pairs = edges.map((edge) => edge.split('>') as [string, string]);
  return { nodes: [...new Set(pairs.flat())].map((name) => ({ name, outs: [] })), edges: pairs.map(([from, to]) => ({ from, to })) };
}

describe('the graph for Graphviz', () => {
  it('has every stage, alone too, and every edge, with names in quotes', () => {
    const nodes = ['load', 'sub/pipeline.yaml:train@lr-0.1', 'a "b" \\', 'alone'].map((name) => ({ name, outs: [] }));
    const edges = [{ from: 'load', to: 'a "b" \\' }];
    expect(dotLines({ nodes, edges })).toEqual([
      'strict digraph {',
      '\t"load";',
      '\t"sub/pipeline.yaml:train@lr-0.1";',
      '\t"a \\"b\\" \\\\";',
      '\t"alone";',
      '\t"load" -> "a \\"b\\" \\\\";',
      '}',
    ]);
  });
});
