import { readdirSync, readlinkSync, realpathSync, type Dirent } from 'node:fs';
import { fromNameBytes, toSystemPath, type BytePath } from './byte-path.ts';

// Calls of node:fs that answer with names or paths. All throw what node:fs throws.

/** In no order. */
export function readNames(folder: BytePath): BytePath[] {
  return readdirSync(toSystemPath(folder), { encoding: 'latin1' }) as BytePath[];
}

/** (As latin1 and with types Node would look for a name that is not there, on file systems that give no types.) */
export function readEntries(folder: BytePath): Dirent<BytePath>[] {
  return readdirSync(toSystemPath(folder), { encoding: 'buffer', withFileTypes: true }).map((entry) =>
    Object.assign(entry as Dirent<never>, { name: fromNameBytes(entry.name) }),
  );
}

/** The target as the symlink tells it. */
export function readTarget(link: BytePath): BytePath {
  return readlinkSync(toSystemPath(link), { encoding: 'latin1' }) as BytePath;
}

/** Without symlinks. (realpathSync itself makes text of the path, and then finds no name that is not UTF-8.) */
export function readRealPath(path: BytePath): BytePath {
  return realpathSync.native(toSystemPath(path), { encoding: 'latin1' }) as BytePath;
}
