import { Option } from 'commander';
import { EXIT } from '../../core/errors/catalogue.ts';
import { defineCommand, type Invocation, type Outcome } from '../command.ts';
import { parsePositiveInteger } from '../parse-values.ts';
import { given } from '../../core/given.ts';

interface Flags {
  readonly all?: boolean;
  readonly rev?: string;
  readonly force?: boolean;
  readonly jobs?: number;
  readonly dryRun?: boolean;
}

export const updateVerb = defineCommand({
  usage: 'update [targets...]',
  summary: 'bring what changed at the sources of imports',
  details:
    'Nothing else moves an import: repro and pull take it as its pointer says. Of a prefix only the objects that changed are downloaded. One that fails does not keep the ' +
    `others back; the exit code is then ${EXIT.partial}.`,
  examples: [
    ['mlo update data/faces', 'one import'],
    ['mlo update --all --dry-run', 'what has changed at all sources'],
    ['mlo update data/labels --rev v2.0', 'another revision of the repository that it was imported from'],
  ],
  options: [
    new Option('--all', 'everything that was imported'),
    new Option('--rev <revision>', 'branch, tag or commit of the repository; of an object of S3 the version'),
    new Option('--force', 'give up changes made here, and download all of it again'),
    new Option('-j, --jobs <count>', 'requests at a time').argParser(parsePositiveInteger),
    new Option('--dry-run', 'only say what would change'),
  ],
  json: [
    ['done', 'false with --dry-run'],
    ['imports[].path, .from', 'the import, and its source'],
    ['imports[].state', 'unchanged, moved, pinned (one version was asked for), failed'],
    ['imports[].before?, .now?', 'of moved ones, in words'],
    ['imports[].filesReceived?, .bytesReceived?', 'what came'],
    ['imports[].error?, .code?', 'of failed ones'],
  ],
  writes: true,
  async run({ context, style }: Invocation, flags: Flags, targets: readonly string[]): Promise<Outcome> {
    const { update } = await import('../../app/update.ts');
    const data = await update(context, {
      targets,
      all: flags.all === true,
      force: flags.force === true,
      dry: flags.dryRun === true,
      ...given({ rev: flags.rev, jobs: flags.jobs }),
    });
    const { updateLines } = await import('../../ui/render/imports.ts');
    const lines = updateLines(data, style);
    const failed = data.imports.filter(({ state }) => state === 'failed').length;
    const moved = data.imports.some(({ state }) => state === 'moved');
    const hint = moved && data.done ? { hint: "git add '*.mlo'" } : {};
    if (failed === 0) return { data, lines, ...hint };
    const message = `${failed} of ${data.imports.length} imports could not be updated`;
    return { data, lines, exitCode: EXIT.partial, failure: { code: 'MLO_TRANSFER', message } };
  },
});
