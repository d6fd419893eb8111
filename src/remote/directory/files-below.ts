import { lstatSync, readdirSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { isTemporaryName } from '../../core/encoding/tree-format.ts';
import { isErrno } from '../../fs/errno.ts';
import type { RemoteEntry, UnfinishedPut } from '../port.ts';

/** Files that are being written are left out: no key begins with a dot. */
export function filesBelow(root: string, start: string): RemoteEntry[] {
  return below(root, start, (name) => !name.startsWith('.')).map(({ folder, name, size, modifiedMs }) => ({
    key: `${folder}/${name}`,
    size,
    modifiedMs,
  }));
}

/** Files that a put began and has not linked to their key. */
export function temporariesBelow(root: string, start: string): UnfinishedPut[] {
  return below(root, start, isTemporaryName).map(({ folder, name, size, modifiedMs }) => ({
    key: `${folder}/`,
    id: name,
    size,
    startedMs: modifiedMs,
  }));
}

interface FileBelow {
  /** Relative to the remote. */
  readonly folder: string;
  readonly name: string;
  readonly size: number;
  readonly modifiedMs: number;
}

/** Files with such names in a folder and the folders below it, hidden ones left out; none where it is not there. */
function below(root: string, folder: string, isWanted: (name: string) => boolean): FileBelow[] {
  let names: readonly Dirent[];
  try {
    names = readdirSync(join(root, folder), { withFileTypes: true });
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
  return names.flatMap((entry) => {
    const { name } = entry;
    if (entry.isDirectory()) return name.startsWith('.') ? [] : below(root, `${folder}/${name}`, isWanted);
    if (!isWanted(name)) return [];
    const stat = lstatSync(join(root, folder, name), { throwIfNoEntry: false });
    return stat?.isFile() === true ? [{ folder, name, size: stat.size, modifiedMs: stat.mtimeMs }] : [];
  });
}
