import type { DagData } from '../../app/types.ts';

/** A Mermaid flowchart, as GitHub and GitLab draw it in Markdown. */
export function mermaidLines({ nodes, edges }: DagData): string[] {
  const ids = new Map(nodes.map(({ name }, index) => [name, `node${index + 1}`]));
  return [
    'flowchart TD',
    ...nodes.map(({ name }) => `\t${ids.get(name) ?? ''}["${escapeLabel(name)}"]`),
    ...edges.flatMap(({ from, to }) => {
      const [source, target] = [ids.get(from), ids.get(to)];
      return source === undefined || target === undefined ? [] : [`\t${source}-->${target}`];
    }),
  ];
}

/** Entity codes: quotes and angle brackets would end the label. */
function escapeLabel(text: string): string {
  return text.replace(/[^\p{L}\p{N} _@./:+=,-]/gu, (character) => `#${character.codePointAt(0) ?? 0};`);
}
