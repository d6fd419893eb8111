import { Option } from 'commander';
import { defineCommand, type Invocation, type Outcome } from '../command.ts';
import { writeOut } from '../io.ts';
import { fileOption } from '../shared-options.ts';
import { given } from '../../core/given.ts';

interface Flags {
  readonly file?: string;
  readonly run?: string;
  readonly follow?: boolean;
}

export const logsVerb = defineCommand({
  usage: 'logs <stage>',
  summary: 'print what a stage wrote to its terminal',
  details: 'The newest run of the stage, or the one given. With --json, where the log lies and its text.',
  examples: [
    ['mlo logs train', 'the log of the newest run of train'],
    ['mlo logs train --follow', 'go on as more is written, until the run ends'],
    ['mlo logs train --run 4f1a', 'the log of one run (see mlo runs list)'],
  ],
  options: [
    new Option('-f, --follow', 'go on as more is written'),
    new Option('--run <id>', 'run id, or the beginning of one'),
    fileOption('--file <path>'),
  ],
  async run({ context, globals }: Invocation, flags: Flags, stage: string): Promise<Outcome> {
    const { logs, followLog } = await import('../../app/logs.ts');
    const data = await logs(context, { stage, ...given({ runId: flags.run, file: flags.file }) });
    const follow = flags.follow === true;
    const parts: string[] = [];
    const onText = globals.output === 'human' ? writeOut : (text: string) => void parts.push(text);
    const running = await followLog(context, data, { follow, signal: context.signal, onText });
    return globals.output === 'human' ? { data } : { data: { ...data, running, text: parts.join('') } };
  },
});
