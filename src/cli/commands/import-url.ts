import { Option } from 'commander';
import { shellWord } from '../../core/text/shell-word.ts';
import { defineCommand, type Invocation, type Outcome } from '../command.ts';
import { parsePositiveInteger } from '../parse-values.ts';
import { given } from '../../core/given.ts';

interface Flags {
  readonly versionId?: string;
  readonly force?: boolean;
  readonly jobs?: number;
  readonly dryRun?: boolean;
}

export const importUrlVerb = defineCommand({
  usage: 'import-url <url> [out]',
  summary: 'track what lies in a bucket, on the web or on a mounted disk, and remember where it came from',
  details:
    'An object or all objects below a prefix (s3://bucket/…, remote://name/…), one file (https://…), a file or folder (a path, file://…). The bytes stream into the cache, the ' +
    'pointer says what state of the source they are (ETag, version, size), and mlo update brings what changed. Endpoint and keys are those of a remote in the same bucket, ' +
    'else those of AWS (AWS_PROFILE, AWS_ENDPOINT_URL, …). An import that broke off goes on where it was.',
  examples: [
    ['mlo import-url s3://open-data/faces data/faces', 'all objects below a prefix, as a folder'],
    ['mlo import-url https://example.org/iris.csv', 'one file, as iris.csv'],
    ['mlo import-url /mnt/nas/scans data/scans', 'a folder of a mounted disk'],
  ],
  options: [
    new Option('--version-id <id>', 'this version of an object of S3; mlo update leaves it'),
    new Option('--force', 'replace what lies there or is tracked there'),
    new Option('-j, --jobs <count>', 'requests at a time (default: 16)').argParser(parsePositiveInteger),
    new Option('--dry-run', 'only say what would come'),
  ],
  json: [
    ['path, pointer', 'where it lies, and the file for Git'],
    ['done', 'false with --dry-run'],
    ['source', 'what the pointer says of it: url, etag?, version?, modified?, size?, listing?'],
    ['digest?, files, size', 'of all of it'],
    ['filesReceived, bytesReceived, requests', 'what went over the wire (with --dry-run: would)'],
  ],
  writes: true,
  async run({ context, style }: Invocation, flags: Flags, url: string, out?: string): Promise<Outcome> {
    const { importUrl } = await import('../../app/import-url.ts');
    const data = await importUrl(context, {
      url,
      ...given({ out, version: flags.versionId, jobs: flags.jobs }),
      force: flags.force === true,
      dry: flags.dryRun === true,
    });
    const { importLines } = await import('../../ui/render/imports.ts');
    return { data, lines: importLines(data, url, style), ...(data.done ? { hint: gitHint(data.pointer) } : {}) };
  },
});

export function gitHint(pointer: string): string {
  const ignore = `${pointer.slice(0, pointer.lastIndexOf('/') + 1)}.gitignore`;
  return `git add ${shellWord(pointer)} ${shellWord(ignore)}`;
}
