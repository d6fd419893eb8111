import { Option } from 'commander';
import { defineCommand, type Invocation, type Outcome } from '../command.ts';
import { fileOf, fileOption } from '../shared-options.ts';

interface Flags {
  readonly file?: string;
  readonly all?: boolean;
}

export const stageListVerb = defineCommand({
  usage: 'list',
  summary: 'list the stages and what they write',
  examples: [
    ['mlo stage list', 'stages of the pipeline file here'],
    ['mlo stage list --all', 'stages of all pipeline files of the project'],
  ],
  options: [fileOption(), new Option('-a, --all', 'all pipeline files of the project')],
  async run({ context, style }: Invocation, flags: Flags): Promise<Outcome> {
    const { stageList } = await import('../../app/stage-list.ts');
    const data = await stageList(context, { ...fileOf(flags), all: flags.all === true });
    const { stageListLines } = await import('../../ui/render/stage.ts');
    if (data.stages.length === 0) return { data, lines: [], hint: 'there are no stages; add some to pipeline.yaml' };
    return { data, lines: stageListLines(data, style) };
  },
});

export const stageShowVerb = defineCommand({
  usage: 'show <target>',
  summary: 'show a stage as mlo understands it: templates filled in, paths resolved',
  examples: [
    ['mlo stage show train', 'the resolved definition of train'],
    ['mlo stage show sub/pipeline.yaml:train --json', 'a stage of another file, as JSON'],
  ],
  options: [fileOption()],
  async run({ context, style }: Invocation, flags: Flags, target: string): Promise<Outcome> {
    const { stageShow } = await import('../../app/stage-show.ts');
    const data = await stageShow(context, { target, ...fileOf(flags) });
    const { stageShowLines } = await import('../../ui/render/stage.ts');
    return { data, lines: stageShowLines(data, style) };
  },
});
