import { Option } from 'commander';
import { defineCommand, type Invocation, type Outcome } from '../command.ts';
import { parsePositiveInteger } from '../parse-values.ts';
import { given } from '../../core/given.ts';

interface Flags {
  readonly out?: string;
  readonly rev?: string;
  readonly force?: boolean;
  readonly jobs?: number;
}

export const getVerb = defineCommand({
  usage: 'get <source> [path]',
  summary: 'download data of another project, or what lies at a URL, without tracking it',
  details:
    'With a path, the source is a Git repository (URL or folder) and the path what its project keeps with mlo, something in it, or a file of Git; without one, the source is ' +
    'the data itself: s3://…, https://…, or a path. What comes is verified before it is there; no project is needed.',
  examples: [
    ['mlo get https://example.org/team/models.git models/iris', 'a tracked model of another repository'],
    ['mlo get ../registry data/raw -o raw --rev v1.0', 'as of a tag, under another name'],
    ['mlo get s3://open-data/faces -j 32', 'all objects below a prefix'],
  ],
  options: [
    new Option('-o, --out <path>', 'where it is to lie (default: its name, here)'),
    new Option('--rev <revision>', 'branch, tag or commit; of an object of S3 the version'),
    new Option('--force', 'replace what lies there'),
    new Option('-j, --jobs <count>', 'requests at a time').argParser(parsePositiveInteger),
  ],
  tidies: true,
  json: [
    ['path', 'where it lies, absolute'],
    ['digest, files, size', 'of all of it'],
    ['commit?', 'of the repository'],
  ],
  async run({ context, style }: Invocation, flags: Flags, source: string, path?: string): Promise<Outcome> {
    const { get } = await import('../../app/get.ts');
    const { out, rev, jobs } = flags;
    const data = await get(context, {
      source,
      force: flags.force === true,
      ...given({ path, out, rev, jobs }),
    });
    const { getLines } = await import('../../ui/render/imports.ts');
    return { data, lines: getLines(data, style) };
  },
});
