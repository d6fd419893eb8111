import type { DagData } from '../../app/types.ts';

/** A graph in the language of Graphviz: `mlo dag --dot | dot -Tsvg`. */
export function dotLines({ nodes, edges }: DagData): string[] {
  return [
    'strict digraph {',
    ...nodes.map(({ name }) => `\t${quoted(name)};`),
    ...edges.map(({ from, to }) => `\t${quoted(from)} -> ${quoted(to)};`),
    '}',
  ];
}

/** In quotes only a quote and a backslash mean something; a backslash before a letter would be an escape of labels. */
function quoted(name: string): string {
  return `"${name.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
