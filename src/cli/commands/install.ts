import { Option } from 'commander';
import { EXIT } from '../../core/errors/catalogue.ts';
import { defineCommand, type Invocation, type Outcome } from '../command.ts';

interface Flags {
  readonly hooks?: boolean;
  readonly uninstall?: boolean;
}

export const installVerb = defineCommand({
  usage: 'install',
  summary: 'make Git merge locks by stage, show readable changes of them, and run mlo in hooks',
  details:
    'In this clone and all its worktrees: a merge driver and a diff driver for pipeline.lock, dvc.mlo.lock and *.mlo. ' +
    'With --hooks also post-checkout (mlo checkout) and pre-push (mlo status --check); hooks that are there already are left as they are.',
  examples: [
    ['mlo install', 'merge and diff drivers; once after each clone'],
    ['mlo install --hooks', 'data follows git checkout, and a push asks whether the results are up to date'],
    ['mlo install --uninstall', 'takes out what it put in, and nothing else'],
  ],
  options: [
    new Option('--hooks', 'the hooks post-checkout and pre-push too'),
    new Option('--uninstall', 'take everything out again').conflicts('hooks'),
  ],
  writes: true,
  async run({ context, style }: Invocation, flags: Flags): Promise<Outcome> {
    const { install } = await import('../../app/install.ts');
    const launcher = { node: process.execPath, script: process.argv[1] ?? '' };
    const data = await install(context, { hooks: flags.hooks === true, uninstall: flags.uninstall === true, launcher });
    const { installLines, keptLines } = await import('../../ui/render/install.ts');
    const lines = installLines(data, flags.uninstall === true, style);
    const kept = data.changes.filter((each) => each.change === 'kept');
    if (kept.length === 0) return { data, lines };
    const message = `${kept.length} of the hooks could not be set up`;
    return {
      data,
      lines,
      exitCode: EXIT.partial,
      failure: { code: 'MLO_GIT', message },
      errorLines: keptLines(data, style),
    };
  },
});
