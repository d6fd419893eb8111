import { Option } from 'commander';
import { defineCommand, type Invocation, type Outcome } from '../command.ts';
import { noStages } from '../no-stages.ts';
import { fileOption } from '../shared-options.ts';
import { given } from '../../core/given.ts';

interface Flags {
  readonly file?: string;
  readonly mermaid?: boolean;
  readonly dot?: boolean;
}

/** Where the width is not known, drawings are made for this many columns. */
const DEFAULT_WIDTH = 120;

export const dagVerb = defineCommand({
  usage: 'dag [targets...]',
  summary: 'draw the graph of stages',
  details: 'With targets, only these and what they need.',
  examples: [
    ['mlo dag', 'draw the whole pipeline in the terminal'],
    ['mlo dag train --mermaid', 'what train needs, as a Mermaid chart for Markdown'],
    ['mlo dag --dot', 'for Graphviz: mlo dag --dot | dot -Tsvg -o pipeline.svg'],
  ],
  options: [
    fileOption(),
    new Option('--mermaid', 'print a Mermaid flowchart'),
    new Option('--dot', 'print a graph for Graphviz').conflicts('mermaid'),
  ],
  async run(invocation: Invocation, flags: Flags, targets: readonly string[]): Promise<Outcome> {
    const { context, style } = invocation;
    const { dag } = await import('../../app/dag.ts');
    const data = await dag(context, { targets, ...given({ file: flags.file }) });
    if (data.nodes.length === 0) return noStages(invocation, data, []);
    if (flags.mermaid === true) {
      const { mermaidLines } = await import('../../ui/render/dag-mermaid.ts');
      return { data, lines: mermaidLines(data) };
    }
    if (flags.dot === true) {
      const { dotLines } = await import('../../ui/render/dag-dot.ts');
      return { data, lines: dotLines(data) };
    }
    const { dagLines } = await import('../../ui/render/dag.ts');
    return { data, lines: dagLines(data, { ...style, width: Number.isFinite(style.width) ? style.width : DEFAULT_WIDTH }) };
  },
});
