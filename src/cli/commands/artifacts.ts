import { Option } from 'commander';
import type { ArtifactsGetData } from '../../app/artifacts/get.ts';
import { EXIT } from '../../core/errors/catalogue.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { count } from '../../ui/format/number.ts';
import { printable } from '../../ui/format/printable.ts';
import { defineCommand, type AnyCommandSpec, type Invocation, type Outcome } from '../command.ts';
import { writeBytes } from '../io.ts';
import { unreadFailure } from '../unread-failure.ts';
import { given } from '../../core/given.ts';

const artifactsListVerb = defineCommand({
  usage: 'list <run> [path]',
  summary: 'list what a run keeps',
  details: 'Files and folders that the run logged, with their sizes. With the path of a folder, what is in it.',
  examples: [
    ['mlo artifacts list 4f1a', 'what the run logged'],
    ['mlo artifacts list 4f1a -R', 'with everything in folders'],
    ['mlo artifacts list 4f1a model', 'what is in one folder'],
  ],
  options: [new Option('-R, --recursive', 'everything in folders')],
  json: [
    ['run, name', 'the run'],
    ['entries[].path, .type', 'within the run; file, exec, symlink or folder'],
    ['entries[].size, .files?, .digest', 'bytes; number of files; BLAKE3-256'],
    ['unread[]', '{ path, digest }: folders whose tree the cache does not have'],
  ],
  async run(
    { context, style }: Invocation,
    { recursive }: { readonly recursive?: boolean },
    run: string,
    path: string | undefined,
  ): Promise<Outcome> {
    const { artifactsList } = await import('../../app/artifacts/list.ts');
    const data = await artifactsList(context, { run, recursive: recursive === true, ...given({ path }) });
    if (data.entries.length === 0 && data.unread.length === 0)
      return { data, lines: [], hint: `The run ${data.name} keeps no artifacts: mlo runs show ${data.run.slice(0, 8)}` };
    const { lsLines } = await import('../../ui/render/ls.ts');
    return { data, lines: lsLines(data, style, { size: true, marks: false }), ...unreadFailure(data.unread) };
  },
});

interface GetFlags {
  readonly output?: string;
  readonly force?: boolean;
}

const artifactsGetVerb = defineCommand({
  usage: 'get <run> [path]',
  summary: 'write artifacts of a run to a file, a folder or stdout',
  details:
    'Every byte is verified before a file gets its name; files that are there are an error, before anything is written. Without a path all artifacts go into a folder. ' +
    'Of a folder, -o names the folder that gets what is in it. Names that lead out of the target are refused; an artifact whose name is too long, or that lies below a file, is left out and told (exit 3).',
  examples: [
    ['mlo artifacts get 4f1a model', 'a folder or file, under its own name'],
    ['mlo artifacts get 4f1a params.yaml -o -', 'a file on stdout'],
    ['mlo artifacts get 4f1a -o results/', 'everything'],
  ],
  options: [
    new Option('-o, --output <path>', 'file, folder, or - for stdout (default: its own name, here)'),
    new Option('--force', 'overwrite files'),
  ],
  // To stdout there is nothing to tidy up, and nothing to do once its reader has gone.
  tidies: ({ output }: GetFlags) => output !== '-',
  json: [
    ['run', 'id of the run'],
    ['to, files, bytes', 'where to; how much'],
    ['unplaced', '{path, why} of artifacts that have no place beside the others'],
  ],
  async run({ context, globals, style }: Invocation, { output, force }: GetFlags, run: string, path: string | undefined): Promise<Outcome> {
    const streams = output === '-';
    if (streams && globals.output !== 'human')
      throw new MloError('MLO_USAGE', 'With --json, stdout has the JSON document: name a file with -o', {
        hint: 'mlo artifacts get --help',
      });
    const { artifactsGet } = await import('../../app/artifacts/get.ts');
    const target = streams ? { target: writeBytes } : output === undefined ? {} : { target: output };
    const data = await artifactsGet(context, { run, force: force === true, ...given({ path }), ...target });
    if (streams) return { data };
    const { artifactsGetLines } = await import('../../ui/render/runs-exchange.ts');
    return { data, lines: artifactsGetLines(data, style), ...unplacedFailure(data.unplaced) };
  },
});

const artifactsOpenVerb = defineCommand({
  usage: 'open <run> <path>',
  summary: 'show an artifact with the program that the desktop has for it',
  details: 'A verified copy in the temporary folder is opened (xdg-open, on macOS open). Where there is no desktop its path is printed.',
  examples: [
    ['mlo artifacts open 4f1a confusion.png', 'look at a picture'],
    ['mlo artifacts open 4f1a report.html', 'a page in the browser'],
  ],
  json: [
    ['path', 'of the copy'],
    ['opened', 'false where there is no desktop'],
  ],
  async run({ context }: Invocation, _flags: object, run: string, path: string): Promise<Outcome> {
    const { artifactsOpen } = await import('../../app/artifacts/open.ts');
    const data = await artifactsOpen(context, { run, path });
    return { data, lines: [data.path], ...(data.opened ? {} : { hint: 'There is no desktop to show it on; that is the path of a copy' }) };
  },
});

function unplacedFailure(unplaced: ArtifactsGetData['unplaced']): Pick<Outcome, 'exitCode' | 'failure' | 'failureLines'> {
  if (unplaced.length === 0) return {};
  const message = `${count(unplaced.length, 'artifact')} could not be written beside the others`;
  const hint = 'Write one alone: mlo artifacts get <run> <path> -o <name>';
  return {
    exitCode: EXIT.partial,
    failure: { code: 'MLO_CHECKOUT', message, hint },
    failureLines: unplaced.map(({ path, why }) => `  ${printable(path)}: ${printable(why)}`),
  };
}

/** In the order of the help. */
export const ARTIFACTS_VERBS: readonly AnyCommandSpec[] = [artifactsListVerb, artifactsGetVerb, artifactsOpenVerb];
