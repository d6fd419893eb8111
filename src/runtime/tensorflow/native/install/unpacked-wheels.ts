import { cpSync, existsSync, linkSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { NativePlaces } from '../places.ts';
import { LIBRARIES, WHEEL } from '../recipe.ts';
import type { BuildStamp } from '../types.ts';
import { sha256OfFile } from './download-wheel.ts';

/** A build of any mlo that was made from the wheel of the recipe: its libraries and headers are those of the wheel. */
export interface UnpackedWheel {
  readonly folder: string;
  readonly libraries: BuildStamp['libraries'];
}

export function findUnpackedWheel({ top }: NativePlaces): UnpackedWheel | undefined {
  for (const patch of foldersIn(top)) {
    const name = readJson<{ readonly folder?: unknown }>(join(top, patch, 'current.json'))?.folder;
    if (typeof name !== 'string' || !/^[\w.-]+$/.test(name)) continue;
    const folder = join(top, patch, name);
    const stamp = readJson<Partial<BuildStamp>>(join(folder, 'stamp.json'));
    const isWhole = [...LIBRARIES, 'include'].every((each) => existsSync(join(folder, each)));
    if (isWhole && stamp?.source?.from === WHEEL.file && stamp.libraries !== undefined) return { folder, libraries: stamp.libraries };
  }
  return undefined;
}

/** Links its libraries and copies its headers into `target`. Returns the SHA-256 of each library; undefined where one is not what it was. */
export async function takeUnpackedWheel(
  { folder, libraries }: UnpackedWheel,
  target: string,
): Promise<{ readonly [library: string]: string } | undefined> {
  const sha256: Record<string, string> = {};
  for (const name of LIBRARIES) {
    const digest = await sha256OfFile(join(folder, name));
    if (digest !== libraries[name]?.sha256) return undefined;
    rmSync(join(target, name), { force: true });
    linkSync(join(folder, name), join(target, name));
    sha256[name] = digest;
  }
  cpSync(join(folder, 'include'), join(target, 'include'), { recursive: true });
  return sha256;
}

function foldersIn(path: string): readonly string[] {
  return existsSync(path) ? readdirSync(path) : [];
}

function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch {
    return undefined;
  }
}
