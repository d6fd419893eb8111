import { Option } from 'commander';
import { EXIT } from '../../../core/errors/catalogue.ts';
import { MloError } from '../../../core/errors/mlo-error.ts';
import type { RunsImportData } from '../../../app/runs/import.ts';
import type { Style } from '../../../ui/style.ts';
import { defineCommand, type Invocation, type Outcome } from '../../command.ts';
import { writeBytes } from '../../io.ts';
import { parseSince } from '../../parse-values.ts';
import { given } from '../../../core/given.ts';

interface ExportFlags {
  readonly all?: boolean;
  readonly since?: number;
  readonly output?: string;
  readonly csv?: boolean;
  readonly metric?: string;
  readonly force?: boolean;
}

export const runsExportVerb = defineCommand({
  usage: 'export [ids...]',
  summary: 'write runs with all below them as files that another store can import, or as CSV',
  details:
    'A run is one file of JSON lines with everything that the store knows of it (format: docs/design.md); artifacts by digest, not their bytes. Into a folder each run ' +
    'goes as <id>.jsonl; into a file or stdout (-, the default) one after the other. --all and --since take deleted runs along, so that a deletion reaches other stores; ' +
    'CSV leaves them out. Files that say something else are overwritten with --force only.',
  examples: [
    ['mlo runs export --all -o runs/', 'every run, a file each'],
    ['mlo runs export 4f1a > run.jsonl', 'one run with the runs below it'],
    ['mlo runs export --all --csv -o runs.csv', 'a table: params.*, metrics.* and tags.* as columns'],
    ['mlo runs export 4f1a --csv --metric loss', 'the points of one metric'],
  ],
  options: [
    new Option('--all', 'every run'),
    new Option('--since <when>', 'runs that were started, logged to or changed since (7d, 12h, 2026-11-01)').argParser(parseSince),
    new Option('-o, --output <path>', 'folder, file, or - for stdout (default)'),
    new Option('--csv', 'rows instead of records'),
    new Option('--metric <name>', 'with --csv: the points of this metric'),
    new Option('--force', 'overwrite files'),
  ],
  // To stdout there is nothing to tidy up, and nothing to do once its reader has gone.
  tidies: ({ output = '-' }: ExportFlags) => output !== '-',
  json: [
    ['runs[]', 'ids of what was written, parents first'],
    ['files[].path, .changed', 'where to; false where the file said the same already'],
  ],
  async run({ context, globals, style }: Invocation, flags: ExportFlags, ids: readonly string[]): Promise<Outcome> {
    const { all, since, csv, metric, force, output = '-' } = flags;
    if (metric !== undefined && csv !== true)
      throw new MloError('MLO_USAGE', '--metric goes with --csv', { hint: `mlo runs export --all --csv --metric ${metric}` });
    if (output === '-' && globals.output !== 'human')
      throw new MloError('MLO_USAGE', 'With --json, stdout has the JSON document: name a file or folder with -o', {
        hint: 'mlo runs export --all --json -o runs/',
      });
    const selection = selectionOf(ids, all, since);
    const { runsExport } = await import('../../../app/runs/export.ts');
    const target = output === '-' ? { write: async (text: string) => await writeBytes(Buffer.from(text)) } : { path: output };
    const csvOptions = csv === true ? { csv: metric === undefined ? {} : { metric } } : {};
    const data = await runsExport(context, { selection, target, force: force === true, ...csvOptions });
    if (data.runs.length === 0) return { data, lines: [], hint: 'no runs were found: mlo runs list --all' };
    if (output === '-') return { data };
    const { exportLines } = await import('../../../ui/render/runs-exchange.ts');
    return { data, lines: exportLines(data, style) };
  },
});

function selectionOf(ids: readonly string[], all: boolean | undefined, since: number | undefined) {
  if ([ids.length > 0, all === true, since !== undefined].filter(Boolean).length !== 1)
    throw new MloError('MLO_USAGE', 'runs export takes ids, --all or --since: one of them', { hint: 'mlo runs export --all -o runs/' });
  return ids.length > 0 ? { ids } : since === undefined ? { all: true as const } : { sinceMs: since };
}

interface ImportFlags {
  readonly purged?: boolean;
}

export const runsImportVerb = defineCommand({
  usage: 'import <sources...>',
  summary: 'merge exported runs into this project',
  details:
    'Sources are files, folders of .jsonl files, or - for stdin. Each run comes in whole or not at all; importing it again changes nothing. What may change (name, tags, deletion, ' +
    'experiment) is taken from whichever store changed it last; points and artifacts are united; params stay as they were first, and others are reported. Two stores that ' +
    'import what the other exported hold the same runs. Runs purged here stay away without --purged. Bytes of artifacts are not part of an export: those that this cache does not have are named.',
  examples: [
    ['mlo runs import runs/', 'all runs of a folder'],
    ['mlo runs import run.jsonl --purged', 'also where the run was purged here'],
  ],
  options: [new Option('--purged', 'also runs that were purged here')],
  json: [
    [
      'runs[].id, .name, .file, .outcome, .waitsFor?',
      'added, changed, unchanged or purged (and left out); the parent that this store does not have yet',
    ],
    ['conflicts[].run, .key, .kept, .given', 'params that have another value here, which stays; as JSON'],
    ['missing[].run, .path, .digest, .size', 'artifacts whose bytes this cache does not have'],
    ['failed[].file, .line?, .code, .message', 'what could not be taken in; nothing of that run was'],
  ],
  async run({ context, style }: Invocation, { purged }: ImportFlags, sources: readonly string[]): Promise<Outcome> {
    const { runsImport } = await import('../../../app/runs/import.ts');
    const data = await runsImport(context, { sources, input: () => process.stdin, revive: purged === true });
    const { importLines } = await import('../../../ui/render/runs-exchange.ts');
    const lines = data.runs.length === 0 && data.failed.length > 0 ? [] : importLines(data, style);
    return data.failed.length === 0 ? { data, lines } : { data, lines, ...failureOf(data, style) };
  },
});

/** Exit code of the error where nothing came in, else "partial". */
function failureOf({ failed, runs }: RunsImportData, style: Style): Omit<Outcome, 'data'> {
  const [first, ...others] = failed as [RunsImportData['failed'][number], ...RunsImportData['failed']];
  const messages = failed.map(({ file, line, message }) => `${file}${line === undefined ? '' : `:${line}`}: ${message}`);
  const { code, hint } = first;
  const message = `${messages[0]}${others.length === 0 ? '' : ` (and ${others.length} more)`}`;
  return {
    exitCode: runs.length > 0 ? EXIT.partial : new MloError(code, message).exitCode,
    failure: { code, message, ...given({ hint }) },
    errorLines: messages.map((each, at) => `${style.red(`error[${failed[at]?.code}]`)}: ${each}`),
    ...given({ hint }),
  };
}
