import { Option } from 'commander';
import { EXIT } from '../../core/errors/catalogue.ts';
import { defineCommand, type Invocation, type Outcome } from '../command.ts';

interface Flags {
  readonly details?: boolean;
  readonly all?: boolean;
  readonly from?: string;
}

export const checkIgnoreVerb = defineCommand({
  usage: 'check-ignore [paths...]',
  summary: 'say which paths .mloignore keeps out, and by which line',
  details: 'As git check-ignore: exit code 0 when one of the paths is ignored, 1 when none is. The paths need not exist.',
  examples: [
    ['mlo check-ignore data/raw/tmp.log', 'prints the path if it is ignored'],
    ['mlo check-ignore --details data/raw/tmp.log', 'with file, line and pattern'],
    ['mlo check-ignore --details --all data/raw/tmp.log', 'every pattern that matches; the last one decides'],
  ],
  options: [
    new Option('-d, --details', 'the pattern that decides, as <file>:<line>:<pattern>, before each path'),
    new Option('-a, --all', 'with --details: every pattern that matches, also those that others overrule'),
    new Option('--from <file>', 'more paths from a list, NUL or a line end between them; - for stdin'),
  ],
  async run({ context }: Invocation, flags: Flags, paths: readonly string[]): Promise<Outcome> {
    const listed = flags.from === undefined ? [] : await (await import('../path-list.ts')).readPathList(flags.from, context.cwd);
    const { checkIgnore } = await import('../../app/check-ignore.ts');
    const data = await checkIgnore(context, { paths: [...paths, ...listed], all: flags.all === true });
    const { checkIgnoreLines } = await import('../../ui/render/data-verbs.ts');
    const lines = checkIgnoreLines(data, { details: flags.details === true || flags.all === true });
    return { data, lines, exitCode: data.paths.some((each) => each.ignored) ? EXIT.ok : EXIT.stageFailed };
  },
});
