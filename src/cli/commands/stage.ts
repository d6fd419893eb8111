import { Option } from 'commander';
import { defineCommand, type AnyCommandSpec, type Invocation, type Outcome } from '../command.ts';
import { noStages } from '../no-stages.ts';
import { fileOption } from '../shared-options.ts';
import { stageAddVerb, stageRemoveVerb } from './stage-edit.ts';
import { given } from '../../core/given.ts';

interface Flags {
  readonly file?: string;
  readonly all?: boolean;
}

const stageListVerb = defineCommand({
  usage: 'list',
  summary: 'list the stages and what they write',
  examples: [
    ['mlo stage list', 'stages of the pipeline file here'],
    ['mlo stage list --all', 'stages of all pipeline files of the project'],
  ],
  options: [fileOption(), new Option('-a, --all', 'all pipeline files of the project')],
  async run(invocation: Invocation, flags: Flags): Promise<Outcome> {
    const { context, style } = invocation;
    const { stageList } = await import('../../app/stage-list.ts');
    const data = await stageList(context, { ...given({ file: flags.file }), all: flags.all === true });
    const { stageListLines } = await import('../../ui/render/stage.ts');
    if (data.stages.length === 0) return noStages(invocation, data, []);
    return { data, lines: stageListLines(data, style) };
  },
});

const stageShowVerb = defineCommand({
  usage: 'show <target>',
  summary: 'show a stage as mlo understands it: templates filled in, paths resolved',
  examples: [
    ['mlo stage show train', 'the resolved definition of train'],
    ['mlo stage show sub/pipeline.yaml:train --json', 'a stage of another file, as JSON'],
  ],
  options: [fileOption()],
  json: [
    [
      'stages[].name, .file, .line',
      'the stages that the target names: one, or all that foreach or matrix make of it; and where they are defined',
    ],
    ['stages[].definition', 'with templates filled in and paths relative to the project'],
  ],
  async run({ context, style }: Invocation, flags: Flags, target: string): Promise<Outcome> {
    const { stageShow } = await import('../../app/stage-show.ts');
    const data = await stageShow(context, { target, ...given({ file: flags.file }) });
    const { stageShowLines } = await import('../../ui/render/stage.ts');
    return { data, lines: stageShowLines(data, style) };
  },
});

/** In the order of the help. */
export const STAGE_VERBS: readonly AnyCommandSpec[] = [stageListVerb, stageShowVerb, stageAddVerb, stageRemoveVerb];
