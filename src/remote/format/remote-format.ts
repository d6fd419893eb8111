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
  const { isThere, orphans } = await lookForFormat(remote);
  if (orphans === undefined) return isThere;
  throw new MloError(
    'MLO_REMOTE_CORRUPT',
    `${remote.address}/${FORMAT_KEY} is gone, though ${orphans} there: in what format is not known, so nothing is read or written`,
    { hint: 'mlo verify --remote --repair looks what format that has, and writes it again', details: { key: FORMAT_KEY } },
  );
}

/** The format is gone, and something lies there that is told of by it. Throws MLO_FORMAT_VERSION, MLO_REMOTE. */
export async function isFormatLost(remote: Remote): Promise<boolean> {
  return (await lookForFormat(remote)).orphans !== undefined;
}

interface FormatLook {
  readonly isThere: boolean;
  /** What lies there without a format, in words. */
  readonly orphans?: string;
}

async function lookForFormat(remote: Remote): Promise<FormatLook> {
  if (await readFormat(remote)) return { isThere: true };
  const orphans = await orphansOf(remote);
  if (orphans === undefined) return { isThere: false };
  // The first push of somebody else may have begun meanwhile: it writes the format first.
  return (await readFormat(remote)) ? { isThere: true } : { isThere: false, orphans };
}

async function orphansOf(remote: Remote): Promise<string | undefined> {
  const indexes = await countDigests(remote, INDEX_FOLDER);
  if (indexes > 0) return indexes === 1 ? '1 index lies' : `${indexes} indexes lie`;
  const batches = (await countDigests(remote, RUNS_FOLDER)) + (await countDigests(remote, RUN_CACHE_FOLDER));
  if (batches === 0) return undefined;
  return batches === 1 ? '1 batch of runs or results lies' : `${batches} batches of runs or results lie`;
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

/** For a remote without one, where nothing else lies (see `checkFormat`); somebody else's may come first. */
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
