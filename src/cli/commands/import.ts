import { Option } from 'commander';
import { defineCommand, type Invocation, type Outcome } from '../command.ts';
import { gitHint } from './import-url.ts';
import { given } from '../../core/given.ts';

interface Flags {
  readonly out?: string;
  readonly rev?: string;
  readonly force?: boolean;
}

export const importVerb = defineCommand({
  usage: 'import <repository> <path>',
  summary: 'track data, a model or a file of another project, pinned by commit',
  details:
    'The repository is a URL, or the path of one on this machine or of a folder in it; the path lies below that. It is one that the other project keeps with mlo, something in it, or a file or folder of Git. The bytes come from its cache where it lies on this ' +
    'machine, else from its remotes, and are verified. mlo update moves the import to a newer commit, and nothing else does.',
  examples: [
    ['mlo import https://example.org/team/data.git data/raw', 'a tracked folder of another repository'],
    ['mlo import ../registry models/iris -o models/base --rev v1.0', 'a model of a project beside this one, as of a tag'],
  ],
  options: [
    new Option('-o, --out <path>', 'where it is to lie (default: its name, here)'),
    new Option('--rev <revision>', 'branch, tag or commit (default: the branch that the repository has by default)'),
    new Option('--force', 'replace what lies there or is tracked there'),
  ],
  json: [
    ['path, pointer', 'where it lies, and the file for Git'],
    ['source', 'repo, path, rev?, commit'],
    ['digest, files, size', 'of all of it'],
    ['filesReceived, bytesReceived', 'what was not here yet'],
  ],
  writes: true,
  async run({ context, style }: Invocation, flags: Flags, repo: string, path: string): Promise<Outcome> {
    const { importPath } = await import('../../app/import.ts');
    const { out, rev } = flags;
    const data = await importPath(context, {
      repo,
      path,
      force: flags.force === true,
      ...given({ out, rev }),
    });
    const { importLines } = await import('../../ui/render/imports.ts');
    return { data, lines: importLines(data, `${repo} ${path}`, style), hint: gitHint(data.pointer) };
  },
});
