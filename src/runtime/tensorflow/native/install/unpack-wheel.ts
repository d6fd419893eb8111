import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { HEADERS, LIBRARIES, WHEEL } from '../recipe.ts';
import type { Progress } from './download-wheel.ts';
import { installError } from './install-error.ts';
import type { TensorFlowFolder } from './tensorflow-folder.ts';
import { extractEntry, readEntry, readZip, ZipDamage, type ExtractOptions, type ZipEntry } from './wheel-zip.ts';

export interface Unpacked {
  readonly folder: TensorFlowFolder;
  /** SHA-256 (hexadecimal) of each library. */
  readonly sha256: { readonly [library: string]: string };
}

/**
 * Takes libraries and headers out of the wheel into `target`, each checked against the digest that the wheel's RECORD
 * has for it. A file that is whole already from an earlier try stays. Throws MLO_BACKEND_INSTALL.
 */
export async function unpackWheel(wheel: string, target: string, options: Progress & { readonly signal?: AbortSignal }): Promise<Unpacked> {
  const { entries, record } = await openWheel(wheel);
  const wanted = [...HEADERS.map((name) => `include/${name}`), ...LIBRARIES].map((name) => ({ name, ...findIn(entries, record, name) }));
  const total = wanted.reduce((sum, { entry }) => sum + entry.size, 0);
  options.onStep(`unpacking TensorFlow ${WHEEL.tensorflow} (${Math.round(total / 1e6)} MB)`);
  let done = 0;
  const onBytes = (bytes: number): void => options.onBytes('unpacked', (done += bytes), total);
  const sha256: Record<string, string> = {};
  for (const { name, entry, digest } of wanted) {
    const path = join(target, name);
    sha256[name] = Buffer.from(digest, 'base64url').toString('hex');
    // Only what was whole and right has ever got this name.
    if (statSync(path, { throwIfNoEntry: false })?.size === entry.size) {
      onBytes(entry.size);
      continue;
    }
    mkdirSync(dirname(path), { recursive: true });
    const found = await extract(wheel, entry, `${path}.part`, { ...options, onBytes });
    if (found !== digest) throw damaged(wheel, `${name} has other bytes than the wheel's RECORD says`);
    renameSync(`${path}.part`, path);
  }
  const libraries = Object.fromEntries(LIBRARIES.map((name) => [name, sha256[name] as string]));
  return { folder: { include: join(target, 'include'), libraries: target }, sha256: libraries };
}

async function extract(wheel: string, entry: ZipEntry, target: string, options: ExtractOptions): Promise<string> {
  try {
    return await extractEntry(wheel, entry, target, options);
  } catch (error) {
    if (error instanceof ZipDamage) throw damaged(wheel, error.message, error);
    throw error;
  }
}

async function openWheel(
  wheel: string,
): Promise<{ readonly entries: ReadonlyMap<string, ZipEntry>; readonly record: ReadonlyMap<string, string> }> {
  try {
    const entries = await readZip(wheel);
    const recordEntry = [...entries.values()].find(({ name }) => name.endsWith('.dist-info/RECORD'));
    if (recordEntry === undefined) throw new Error('it has no RECORD');
    return { entries, record: new Map(recordOf(await readEntry(wheel, recordEntry))) };
  } catch (cause) {
    throw damaged(wheel, (cause as Error).message, cause);
  }
}

/** `path,sha256=<base64url>,<size>`: https://packaging.python.org/specifications/recording-installed-packages */
function recordOf(text: string): (readonly [string, string])[] {
  return text.split('\n').flatMap((line) => {
    const [, path, digest] = /^(.*),sha256=([\w-]+),\d+\s*$/.exec(line) ?? [];
    return path === undefined || digest === undefined ? [] : [[path, digest] as const];
  });
}

function findIn(
  entries: ReadonlyMap<string, ZipEntry>,
  record: ReadonlyMap<string, string>,
  name: string,
): { readonly entry: ZipEntry; readonly digest: string } {
  const entry = entries.get(`tensorflow/${name}`);
  const digest = record.get(`tensorflow/${name}`);
  if (entry !== undefined && digest !== undefined) return { entry, digest };
  throw installError(`${WHEEL.file} lacks ${name}: its layout is not the one that mlo knows`);
}

function damaged(wheel: string, why: string, cause?: unknown): Error {
  return installError(`The TensorFlow wheel cannot be unpacked: ${why}`, {
    hint: existsSync(wheel) ? `rm ${wheel}, then mlo backend install` : 'mlo backend install',
    cause,
  });
}
