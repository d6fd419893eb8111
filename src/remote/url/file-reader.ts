import { lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { MloError } from '../../core/errors/mlo-error.ts';
import { asIoError, withIoErrors } from '../../fs/errno.ts';
import { readInto } from '../read-into.ts';
import { changedMeanwhile, nothingAt } from './changed.ts';
import type { UrlFile, UrlLook, UrlReader } from './port.ts';

/** A file or folder of this machine, or of a disk that is mounted here. Links to files count as those files. */
export function fileReader(path: string): UrlReader {
  const pathOf = ({ key }: Pick<UrlFile, 'key'>): string => (key === '' ? path : join(path, key));
  const read = async (file: UrlFile, from: number, length: number): Promise<Buffer> => {
    const handle = await open(pathOf(file), 'r').catch((error: unknown) => {
      throw asIoError(error, 'read', pathOf(file));
    });
    try {
      const bytes = Buffer.allocUnsafeSlow(length);
      const found = await readInto(handle, bytes, from);
      if (found < length || markOf(await handle.stat({ bigint: true })) !== file.etag) throw changedMeanwhile(pathOf(file));
      return bytes;
    } finally {
      await handle.close();
    }
  };
  return {
    address: path,
    name: basename(path),
    requests: 0,
    look: async () => look(path),
    read,
    close() {},
  };
}

function look(path: string): UrlLook {
  const stat = withIoErrors('look at', path, () => statSync(path, { bigint: true, throwIfNoEntry: false }));
  if (stat === undefined) throw nothingAt(path);
  if (!stat.isDirectory()) return { kind: 'file', files: [fileAt(path, '')] };
  const files: UrlFile[] = [];
  const walk = (folder: string, prefix: string): void => {
    for (const entry of withIoErrors('read the folder', folder, () => readdirSync(folder, { withFileTypes: true }))) {
      const key = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
      if (entry.isDirectory()) walk(join(folder, entry.name), key);
      else files.push(fileAt(join(folder, entry.name), key));
    }
  };
  walk(realpathSync(path), '');
  return { kind: 'folder', files };
}

function fileAt(path: string, key: string): UrlFile {
  const stat = withIoErrors('look at', path, () => statSync(path, { bigint: true, throwIfNoEntry: false }));
  if (stat?.isFile() !== true) {
    const what = lstatSync(path).isSymbolicLink() ? 'a link to a folder, or to nothing' : 'neither a file nor a folder';
    throw new MloError('MLO_FILE_TYPE', `'${path}' cannot be imported: it is ${what}`, { hint: 'Move it out of the folder.' });
  }
  return { key, size: Number(stat.size), etag: markOf(stat), hasRanges: true, isExecutable: (stat.mode & 0o100n) !== 0n };
}

/** The time of the last change in nanoseconds and the size. */
function markOf(stat: { readonly mtimeNs: bigint; readonly size: bigint }): string {
  return `${stat.mtimeNs.toString(36)}-${stat.size.toString(36)}`;
}
