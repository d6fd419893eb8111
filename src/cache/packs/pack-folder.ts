import { readdirSync, statSync } from 'node:fs';
import type { Digest } from '../../core/content.ts';
import { isErrno, withIoErrors } from '../../fs/errno.ts';
import { readBrokenList } from './broken-list.ts';
import { isPackName, packOfBrokenList, type PackName } from './pack-name.ts';

/** A folder that changed this short before it was listed may have changed again within the same clock tick, milliseconds. */
const TICK_MS = 50;

interface PackListing {
  /** As `folderMs` before it was listed; NaN where it may have changed since. */
  readonly folderMs: number;
  readonly names: ReadonlySet<PackName>;
  /** By pack: objects of it that are broken. */
  readonly broken: ReadonlyMap<PackName, ReadonlySet<Digest>>;
}

/** What lies in a folder of packs. Throws MLO_CACHE_IO. */
export function listPackFolder(folder: string): PackListing {
  const changedMs = folderMs(folder);
  const isSure = Date.now() - changedMs >= TICK_MS;
  const files = filesIn(folder);
  const owners = files.map(packOfBrokenList).filter((name) => name !== undefined);
  const broken = new Map(owners.map((name) => [name, readBrokenList(folder, name)]));
  return { folderMs: isSure ? changedMs : Number.NaN, names: new Set(files.filter(isPackName)), broken };
}

/** When the folder changed, milliseconds; -1 where there is none. */
export function folderMs(folder: string): number {
  return withIoErrors('read the folder', folder, () => statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? -1);
}

function filesIn(folder: string): readonly string[] {
  return withIoErrors('read the folder', folder, () => {
    try {
      return readdirSync(folder);
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return [];
      throw error;
    }
  });
}
