import { Option } from 'commander';
import { EXIT } from '../../core/errors/catalogue.ts';
import { defineCommand, type Invocation, type Outcome } from '../command.ts';

interface Flags {
  readonly quick?: boolean;
  readonly repair?: boolean;
  readonly workspace?: boolean;
}

export const verifyVerb = defineCommand({
  usage: 'verify',
  alias: 'fsck',
  summary: 'check that everything mlo keeps is whole: objects, packs, indexes, locks, pointers and recorded runs',
  details:
    'Reads every byte of the cache and compares it with its digest; --quick looks at the structure only: indexes, sizes, and that everything is there that ' +
    'locks and pointers name, those of the workspace and of all branches and tags. What is broken or missing is listed with the paths, stages, branches, tags and runs that it belongs to, and the exit code is 12; ' +
    '3 where nothing is broken, the workspace has all it needs, and only branches or tags miss something (a plain gc --force deletes what only they need; --workspace then passes). ' +
    'The tracking database is checked too: its structure, and without --quick every metric point; artifacts of runs that are not in the cache are listed, and are no failure. ' +
    '--repair moves broken copies to corrupt/ in the cache folder, keeps what is right beside them, and brings back what another pack or the workspace still has.',
  examples: [
    ['mlo verify', 'read and check the whole cache'],
    ['mlo verify --quick', 'the structure only, in less than a second'],
    ['mlo verify --workspace', 'after a gc that was not to keep what older versions need'],
    ['mlo verify --repair', 'take out what is broken and bring it back from another copy'],
  ],
  options: [
    new Option('--quick', 'structure only: bytes of objects are not read'),
    new Option('--repair', 'take out what is broken, and bring it back where another copy is found'),
    new Option('--workspace', 'ask only for what the workspace needs, not for what branches and tags need'),
  ],
  shows: 'tasks',
  writes: true,
  async run({ context, style }: Invocation, flags: Flags): Promise<Outcome> {
    const { verify } = await import('../../app/verify.ts');
    const data = await verify(context, {
      quick: flags.quick === true,
      repair: flags.repair === true,
      workspaceOnly: flags.workspace === true,
    });
    const { verifyLines, verifyFailure } = await import('../../ui/render/verify.ts');
    const lines = verifyLines(data, style);
    if (data.ok) return { data, lines };
    const { code, message, hint } = verifyFailure(data);
    const onlyHistory = data.damages.length + data.objects.length + data.files.length === 0;
    return {
      data,
      lines,
      exitCode: onlyHistory ? EXIT.partial : EXIT.integrity,
      failure: { code, message, hint },
      errorLines: [`${style.red(`error[${code}]`)}: ${message}`],
      hint,
    };
  },
});
