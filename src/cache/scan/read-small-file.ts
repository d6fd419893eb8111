import { closeSync, constants, fstatSync, openSync, type Stats } from 'node:fs';
import { toDisplayPath, toSystemPath, type BytePath } from '../../fs/byte-path.ts';
import { asIoError, isErrno } from '../../fs/errno.ts';
import { digestBytes } from '../../fs/hash.ts';
import { LARGEST_AT_ONCE, readWhole } from '../../fs/read-whole.ts';
import { sourceChanged } from '../workspace/source-changed.ts';

/** Takes the bytes of small files. */
export interface ByteSink {
  has(digest: Uint8Array, size: number): boolean;
  put(digest: Uint8Array, bytes: Uint8Array, name: BytePath): void;
}

/** Not waiting for the other end, should a FIFO have taken the place of a file. */
const READ_ONLY = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** The digest of a file that has this stat; its bytes go into the sink. Throws MLO_SOURCE_CHANGED, MLO_CACHE_IO. */
export function readFile(path: BytePath, name: BytePath, stat: Stats, sink: ByteSink | undefined): Uint8Array {
  return withFile(path, (file) => readAll(file, path, name, stat, sink));
}

/** The same for a file of which nothing is known: one look less. Undefined where it is too large to be read at once. */
export function readNewFile(
  path: BytePath,
  name: BytePath,
  sink: ByteSink | undefined,
): { readonly stat: Stats; readonly digest: Uint8Array } | undefined {
  return withFile(path, (file) => {
    const stat = fstatSync(file);
    if (!stat.isFile()) throw sourceChanged(path);
    return stat.size > LARGEST_AT_ONCE ? undefined : { stat, digest: readAll(file, path, name, stat, sink) };
  });
}

/** The file must be the same before and after; what is stored has the digest that is returned. */
function readAll(file: number, path: BytePath, name: BytePath, stat: Stats, sink: ByteSink | undefined): Uint8Array {
  const bytes = readWhole(file, stat.size);
  const now = fstatSync(file);
  const isSame = bytes.length === stat.size && now.size === stat.size && now.mtimeMs === stat.mtimeMs && now.ctimeMs === stat.ctimeMs;
  if (!isSame || now.ino !== stat.ino) throw sourceChanged(path);
  const digest = digestBytes(bytes);
  if (sink !== undefined && !sink.has(digest, bytes.length)) sink.put(digest, bytes, name);
  return digest;
}

function withFile<T>(path: BytePath, work: (file: number) => T): T {
  try {
    const file = openSync(toSystemPath(path), READ_ONLY);
    try {
      return work(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw isErrno(error, 'ENOENT', 'ELOOP', 'ENOTDIR', 'EISDIR') ? sourceChanged(path) : asIoError(error, 'read', toDisplayPath(path));
  }
}
