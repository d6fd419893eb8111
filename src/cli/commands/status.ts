import { Option } from 'commander';
import { EXIT } from '../../core/errors/catalogue.ts';
import { defineCommand, type Invocation, type Outcome } from '../command.ts';
import { fileOf, fileOption } from '../shared-options.ts';

interface Flags {
  readonly file?: string;
  readonly why?: boolean;
  readonly check?: boolean;
}

export const statusVerb = defineCommand({
  usage: 'status [targets...]',
  summary: 'say which stages and data are out of date',
  details: 'Never waits for a running mlo. Exit code 0, with --check 4 when something is out of date.',
  examples: [
    ['mlo status', 'what repro would do, one line a stage'],
    ['mlo status --why', 'with every reason, old value → new value'],
    ['mlo status --check', 'for scripts: exit code 4 when something is out of date'],
  ],
  options: [
    fileOption(),
    new Option('-w, --why', 'every reason, with old and new'),
    new Option('--check', `exit with ${EXIT.outOfDate} when something is out of date`),
  ],
  async run({ context, style, globals }: Invocation, flags: Flags, targets: readonly string[]): Promise<Outcome> {
    const { status } = await import('../../app/status.ts');
    const data = await status(context, { targets, ...fileOf(flags) });
    const { statusLines } = await import('../../ui/render/status.ts');
    const exitCode = flags.check === true && !data.upToDate ? EXIT.outOfDate : EXIT.ok;
    const lines = statusLines(data, style, { why: flags.why === true, all: globals.verbose, now: Date.now() });
    const toRun = data.stages.some((stage) => stage.state === 'run' || stage.state === 'restore');
    const empty = data.stages.length === 0 && data.data.length === 0;
    const hint = empty
      ? 'add stages to pipeline.yaml, or start from an example: mlo init --template iris'
      : toRun
        ? 'mlo repro'
        : undefined;
    return { data, lines, exitCode, ...(hint === undefined ? {} : { hint }) };
  },
});
