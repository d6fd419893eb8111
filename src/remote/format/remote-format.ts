import { AVERAGE_CHUNK, LARGEST_CHUNK, SMALLEST_CHUNK } from '../../core/chunks/cut.ts';
import { canonicalJson } from '../../core/encoding/canonical-json.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { isDigest } from '../../core/content.ts';
import { FORMAT_KEY, INDEX_FOLDER, RUN_CACHE_FOLDER, RUNS_FOLDER } from '../keys.ts';
import type { Remote } from '../port.ts';

const SCHEMA = 1;
const CHUNKS = { average: AVERAGE_CHUNK, largest: LARGEST_CHUNK, method: 'fastcdc-1', smallest: SMALLEST_CHUNK };
const LARGEST_TEXT = 64 * 1024;

/** `format.json` of a remote that this mlo makes. */
export function remoteFormatText(): string {
  return canonicalJson({ chunks: CHUNKS, hash: 'blake3-256', schema: SCHEMA }, 2);
}

/** True where the remote is one of this version; false where nothing was pushed to it yet. Throws MLO_FORMAT_VERSION, MLO_REMOTE, MLO_REMOTE_CORRUPT. */
export async function checkFormat(remote: Remote): Promise<boolean> {
  if (await readFormat(remote)) return true;
  const there = await lostFormat(remote);
  if (there === undefined) return await readFormat(remote);
  throw new MloError(
    'MLO_REMOTE_CORRUPT',
    `${remote.address}/${FORMAT_KEY} is gone, though ${there} there: in what format is not known, so nothing is read or written`,
    { hint: 'mlo verify --remote --repair looks what format that has, and writes it again', details: { key: FORMAT_KEY } },
  );
}

/** Where the format is gone and something lies there that is told of by it: what that is. */
export async function lostFormat(remote: Remote): Promise<string | undefined> {
  const indexes = await countDigests(remote, INDEX_FOLDER);
  const batches = indexes > 0 ? 0 : (await countDigests(remote, RUNS_FOLDER)) + (await countDigests(remote, RUN_CACHE_FOLDER));
  // The first push of somebody else may have begun meanwhile: it writes the format first.
  if (indexes + batches === 0 || (await readFormat(remote))) return undefined;
  const what = indexes > 0 ? ['index', 'indexes'] : ['batch of runs or results', 'batches of runs or results'];
  const count = indexes + batches;
  return count === 1 ? `1 ${what[0]} lies` : `${count} ${what[1]} lie`;
}

async function countDigests(remote: Remote, folder: string): Promise<number> {
  let count = 0;
  for await (const { key } of remote.list(folder)) if (isDigest(key.slice(key.lastIndexOf('/') + 1))) count += 1;
  return count;
}

async function readFormat(remote: Remote): Promise<boolean> {
  const bytes = await remote.get(FORMAT_KEY, LARGEST_TEXT);
  if (bytes === undefined) return false;
  const text = bytes.toString('utf8');
  const schema = schemaOf(text);
  if (schema !== undefined && schema > SCHEMA) {
    throw new MloError(
      'MLO_FORMAT_VERSION',
      `The remote ${remote.address} has format version ${schema}; this mlo knows version ${SCHEMA}`,
      {
        hint: 'Update mlo: npm install mlo-cli@latest',
      },
    );
  }
  if (text === remoteFormatText()) return true;
  throw new MloError(
    'MLO_REMOTE',
    `${remote.address}/${FORMAT_KEY} does not say what mlo wrote there: this is no remote of mlo, or it is damaged`,
    {
      hint: 'Use another prefix or folder for the data of mlo: mlo remote modify <name> url <address>',
    },
  );
}

/** A remote without a format gets one; that nothing else lies there `checkFormat` has said before. */
export async function establishFormat(remote: Remote): Promise<void> {
  if (!(await readFormat(remote))) await writeFormat(remote);
}

export async function writeFormat(remote: Remote): Promise<void> {
  if ((await remote.put(FORMAT_KEY, Buffer.from(remoteFormatText()))) === 'there') await readFormat(remote);
}

function schemaOf(text: string): number | undefined {
  try {
    const schema: unknown = (JSON.parse(text) as { schema?: unknown } | null)?.schema;
    return typeof schema === 'number' ? schema : undefined;
  } catch {
    return undefined;
  }
}
