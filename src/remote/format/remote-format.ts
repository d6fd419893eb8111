import { AVERAGE_CHUNK, LARGEST_CHUNK, SMALLEST_CHUNK } from '../../core/chunks/cut.ts';
import { canonicalJson } from '../../core/encoding/canonical-json.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { FORMAT_KEY } from '../keys.ts';
import type { Remote } from '../port.ts';

const SCHEMA = 1;
const CHUNKS = { average: AVERAGE_CHUNK, largest: LARGEST_CHUNK, method: 'fastcdc-1', smallest: SMALLEST_CHUNK };
const LARGEST_TEXT = 64 * 1024;

/** `format.json` of a remote that this mlo makes. */
export function remoteFormatText(): string {
  return canonicalJson({ chunks: CHUNKS, hash: 'blake3-256', schema: SCHEMA }, 2);
}

/** True where the remote is one of this version; false where nothing was pushed to it yet. Throws MLO_FORMAT_VERSION, MLO_REMOTE. */
export async function checkFormat(remote: Remote): Promise<boolean> {
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

/** The same, where a remote without a format gets one. */
export async function establishFormat(remote: Remote): Promise<void> {
  if (await checkFormat(remote)) return;
  if ((await remote.put(FORMAT_KEY, Buffer.from(remoteFormatText()))) === 'there') await checkFormat(remote);
}

function schemaOf(text: string): number | undefined {
  try {
    const schema: unknown = (JSON.parse(text) as { schema?: unknown } | null)?.schema;
    return typeof schema === 'number' ? schema : undefined;
  } catch {
    return undefined;
  }
}
