import { Option } from 'commander';
import type { TemplateName } from '../../app/init.ts';
import { defineCommand, type Invocation, type Outcome } from '../command.ts';
import { given } from '../../core/given.ts';

interface Flags {
  readonly template: TemplateName;
  readonly git?: boolean;
}

/** Those of `app/init.ts`, which is not loaded just to print a help text (a test holds them equal). */
export const TEMPLATE_CHOICES = ['empty', 'default', 'iris'] as const satisfies readonly TemplateName[];

export const initVerb = defineCommand({
  usage: 'init [directory]',
  summary: 'start a project here or in a new folder',
  details:
    'Never overwrites a file: where a pipeline.yaml or params.yaml is there already it is kept, and no stages are added. Templates: empty (no stages), default (three small shell stages), iris (trains a classifier with TensorFlow.js).',
  examples: [
    ['mlo init', 'start in this folder'],
    ['mlo init flowers --template iris', 'a new folder with a pipeline that trains a model'],
  ],
  options: [
    new Option('-t, --template <name>', 'what to start from: empty, default or iris').choices(TEMPLATE_CHOICES).default('default'),
    new Option('--no-git', 'do not run git init'),
  ],
  writes: true,
  async run({ context, style }: Invocation, flags: Flags, directory: string | undefined): Promise<Outcome> {
    const { init } = await import('../../app/init.ts');
    const data = await init(context, {
      template: flags.template,
      git: flags.git !== false,
      ...given({ directory }),
    });
    const { initLines } = await import('../../ui/render/summaries.ts');
    return { data, lines: initLines(data, style) };
  },
});
