import { Option } from 'commander';
import { MloError } from '../../core/errors/mlo-error.ts';
import { defineCommand, type Invocation, type Outcome } from '../command.ts';
import { writeBytes } from '../io.ts';
import { given } from '../../core/given.ts';

interface Flags {
  readonly rev?: string;
  readonly digest?: string;
}

/** What fits into a JSON document. */
const MOST_JSON_BYTES = 16 * 1024 * 1024;

export const catVerb = defineCommand({
  usage: 'cat [path]',
  summary: 'print a file of any revision as it is, without checking it out',
  details:
    'The file may be in tracked data, in an out, or in Git; without a revision it is what the pointers and locks of the workspace name. Bytes are streamed ' +
    'and verified: where they are not those of the digest, the command fails once the last is printed. With --json the bytes are in the document, as text or base64.',
  examples: [
    ['mlo cat data/train.csv --rev v1.0', 'a file as it was at a tag'],
    ['mlo cat data/train.csv@v1.0', 'the same, shorter'],
    ['mlo cat --digest $DIGEST', 'an object of the cache, by its digest'],
  ],
  options: [
    new Option('--rev <revision>', 'a Git revision or tag instead of the workspace'),
    new Option('--digest <hex>', 'an object of the cache instead of a path'),
  ],
  json: [
    ['path?, digest?', 'what was read; the digest of what mlo keeps'],
    ['size', 'bytes'],
    ['text?, base64?', 'the bytes: as text where they are UTF-8, else in base64; at most 16 MiB'],
  ],
  async run({ context, globals }: Invocation, flags: Flags, path: string | undefined): Promise<Outcome> {
    const source = sourceOf(path, flags);
    const { cat } = await import('../../app/cat.ts');
    if (globals.output === 'human') return { data: await cat(context, { source, write: writeBytes }) };
    const pieces: Uint8Array[] = [];
    const write = async (bytes: Uint8Array): Promise<void> => void pieces.push(Buffer.from(bytes));
    const data = await cat(context, { source, write, mostBytes: MOST_JSON_BYTES });
    return { data: { ...data, ...asJson(Buffer.concat(pieces)) } };
  },
});

function sourceOf(path: string | undefined, { rev, digest }: Flags): { path: string; rev?: string } | { digest: string } {
  if (path !== undefined && digest === undefined) return { path, ...given({ rev }) };
  if (digest !== undefined && path === undefined) return { digest };
  throw new MloError('MLO_USAGE', 'cat takes either a path or --digest', { hint: 'mlo cat --help' });
}

function asJson(bytes: Buffer): { text: string } | { base64: string } {
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? { text } : { base64: bytes.toString('base64') };
}
