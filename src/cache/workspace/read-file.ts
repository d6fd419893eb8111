import { chmodSync, closeSync, constants, fstatSync, lstatSync, openSync, readSync, rmSync, statSync, type Stats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Content, Digest } from '../../core/content.ts';
import { toBytePath, toDisplayPath, toSystemPath, type BytePath } from '../../fs/byte-path.ts';
import { asIoError, isErrno, withIoErrors } from '../../fs/errno.ts';
import { createHasher, hashBytes, readPieces, STREAM_BYTES } from '../../fs/hash.ts';
import { tryHardlink, tryReflink } from '../../fs/place.ts';
import type { FileTimes } from '../../fs/stat-index/rows.ts';
import { FINE_TICK_MS, isSettled } from '../../fs/stat-index/trust.ts';
import { OBJECT_MODE } from '../objects/loose-objects.ts';
import { indexKey, type WorkspaceContext } from './context.ts';
import { copyAndHash } from './copy-and-hash.ts';
import { linksToObjects } from './links-to-objects.ts';
import { sourceChanged } from './source-changed.ts';

/** One file of the workspace that is to be known, or known and stored. */
export interface FileToRead {
  readonly path: BytePath;
  /** As it was before the first byte is read; of the object where `viaLink`. */
  readonly stat: Stats;
  /** The path is a symlink of ours to an object. */
  readonly viaLink: boolean;
  readonly store: boolean;
  readonly signal?: AbortSignal;
  readonly onBytes?: (bytes: number) => void;
}

/** The digest without reading, where the stat index knows it and the store, if it matters, has the bytes. */
export function knownDigest(context: WorkspaceContext, file: FileToRead): Digest | undefined {
  const digest = context.index.lookup(indexKey(context, file.path), file.stat);
  if (digest === undefined || !file.store) return digest;
  return context.store.has(digest, file.stat.size) ? digest : undefined;
}

export function isReadAtOnce(stat: Stats): boolean {
  return stat.size <= STREAM_BYTES;
}

/** Reads a file that fits into memory. Synchronous: for small files anything else costs more than the reading. */
export function readAtOnce(context: WorkspaceContext, file: FileToRead): Digest {
  const startedMs = context.index.now();
  const bytes = readWhole(file);
  const digest = hashBytes(bytes);
  if (file.store) context.store.put(digest, bytes);
  context.index.record(indexKey(context, file.path), file.stat, digest, startedMs);
  file.onBytes?.(bytes.length);
  return digest;
}

/** Reads a large file in pieces; the digest is that of the bytes that were stored. */
export async function readInPieces(context: WorkspaceContext, file: FileToRead): Promise<Digest> {
  await waitForNextTick(context, file.stat);
  const startedMs = context.index.now();
  if (!file.store) {
    const digest = await hashLarge(file);
    context.index.record(indexKey(context, file.path), file.stat, digest, startedMs);
    return digest;
  }
  const digest = await storeLarge(context, file);
  rememberStored(context, file, digest, startedMs);
  return digest;
}

/** Linking changed the ctime, and nothing else: bytes that were written before the hashing began would show another mtime. */
function rememberStored(context: WorkspaceContext, file: FileToRead, digest: Digest, startedMs: number): void {
  const now = currentStat(file);
  const { size, mtimeMs, ctimeMs, ino } = file.stat;
  if (now.ctimeMs === ctimeMs) context.index.record(indexKey(context, file.path), file.stat, digest, startedMs);
  else if (now.size === size && now.mtimeMs === mtimeMs && now.ino === ino && isSettled(mtimeMs, ctimeMs, startedMs))
    context.index.record(indexKey(context, file.path), now, digest, Number.POSITIVE_INFINITY);
}

export function fileContent(digest: Digest, stat: Stats): Content {
  return { digest, size: stat.size, kind: 'file', ...((stat.mode & 0o100) === 0 ? {} : { mode: 'exec' }) };
}

export function sameFile(a: FileTimes, b: FileTimes): boolean {
  return a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.ino === b.ino;
}

function readWhole(file: FileToRead): Buffer {
  const shown = toDisplayPath(file.path);
  return withIoErrors('read', shown, () => {
    const handle = unlessReplaced(file, () => openSync(toSystemPath(file.path), openFlags(file)));
    try {
      const bytes = Buffer.allocUnsafe(file.stat.size + 1);
      let size = 0;
      for (let read = -1; read !== 0 && size < bytes.length; size += read)
        read = unlessReplaced(file, () => readSync(handle, bytes, size, bytes.length - size, size));
      if (size !== file.stat.size || !sameFile(fstatSync(handle), file.stat)) throw sourceChanged(file.path);
      return bytes.subarray(0, size);
    } finally {
      closeSync(handle);
    }
  });
}

/** What the system answers where something else lies at the path by now: nothing, a link, a folder, or a file in place of its folder. */
const REPLACED = ['ENOENT', 'ELOOP', 'EISDIR', 'ENOTDIR'] as const;

function unlessReplaced<T>(file: FileToRead, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw isErrno(error, ...REPLACED) ? sourceChanged(file.path) : error;
  }
}

function openFlags(file: FileToRead): number {
  return file.viaLink ? constants.O_RDONLY : constants.O_RDONLY | constants.O_NOFOLLOW;
}

async function hashLarge(file: FileToRead): Promise<Digest> {
  return await withSource(file, async (source) => {
    const hasher = createHasher();
    await readPieces(source, file.signal, (piece) => {
      hasher.update(piece);
      file.onBytes?.(piece.length);
    });
    return hasher.digest();
  });
}

/** A clone is hashed after it was made, a copy while it is made; a file that is to be a link becomes the object itself. */
async function storeLarge(context: WorkspaceContext, file: FileToRead): Promise<Digest> {
  const { loose } = context.store;
  const temporary = loose.newTemporary();
  try {
    const digest =
      (await storeAsLink(context, file, temporary)) ?? (await storeClone(context, file, temporary)) ?? (await copyInto(file, temporary));
    if (loose.sizeOf(digest) === file.stat.size) rmSync(temporary);
    else loose.adopt(temporary, digest);
    return digest;
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** With `cache.link` the file will share its bytes with the object anyway. Undefined where that is not wanted, or not possible here. */
async function storeAsLink(context: WorkspaceContext, file: FileToRead, temporary: string): Promise<Digest | undefined> {
  const isWanted = linksToObjects(context.link) && !file.viaLink && (file.stat.mode & 0o100) === 0;
  if (!isWanted || !withIoErrors('link', temporary, () => tryHardlink(toSystemPath(file.path), temporary))) return undefined;
  chmodSync(temporary, OBJECT_MODE);
  const linked = statSync(temporary);
  const { size, mtimeMs, ino } = file.stat;
  if (linked.size !== size || linked.mtimeMs !== mtimeMs || linked.ino !== ino) throw sourceChanged(file.path);
  return await hashLarge({ ...file, path: toBytePath(temporary), viaLink: true, stat: linked });
}

async function storeClone(context: WorkspaceContext, file: FileToRead, temporary: string): Promise<Digest | undefined> {
  if (!withIoErrors('write the object', temporary, () => cloneInto(context, file, temporary))) return undefined;
  const digest = await hashLarge({ ...file, path: toBytePath(temporary), viaLink: true, stat: statSync(temporary) });
  if (!sameFile(currentStat(file), file.stat)) throw sourceChanged(file.path);
  return digest;
}

function cloneInto(context: WorkspaceContext, file: FileToRead, temporary: string): boolean {
  if (!context.abilities.reflink || !context.link.includes('reflink')) return false;
  context.abilities.reflink = tryReflink(toSystemPath(file.path), temporary, OBJECT_MODE);
  return context.abilities.reflink;
}

async function copyInto(file: FileToRead, temporary: string): Promise<Digest> {
  const target = await open(temporary, 'wx', OBJECT_MODE).catch((error: unknown) => {
    throw asIoError(error, 'write the object', temporary);
  });
  try {
    return await withSource(file, (source) =>
      copyAndHash(source, target, { shown: temporary, willSync: true, signal: file.signal, onBytes: file.onBytes }),
    );
  } finally {
    await target.close();
  }
}

/** The file must be the same before and after. */
async function withSource(file: FileToRead, read: (source: FileHandle) => Promise<Digest>): Promise<Digest> {
  const shown = toDisplayPath(file.path);
  try {
    const source = await open(toSystemPath(file.path), openFlags(file));
    try {
      const digest = await read(source);
      if (!sameFile(await source.stat(), file.stat)) throw sourceChanged(file.path);
      return digest;
    } finally {
      await source.close();
    }
  } catch (error) {
    throw isErrno(error, ...REPLACED) ? sourceChanged(file.path) : asIoError(error, 'read', shown);
  }
}

function currentStat(file: FileToRead): Stats {
  const look = file.viaLink ? statSync : lstatSync;
  const stat = unlessReplaced(file, () => look(toSystemPath(file.path), { throwIfNoEntry: false }));
  if (stat === undefined) throw sourceChanged(file.path);
  return stat;
}

/** A file written just now would have to be hashed again next time (see the stat index); a few milliseconds save that. */
async function waitForNextTick(context: WorkspaceContext, stat: Stats): Promise<void> {
  const waitMs = stat.ctimeMs + FINE_TICK_MS + 2 - context.index.now();
  if (waitMs > 0 && waitMs <= 2 * FINE_TICK_MS) await delay(waitMs);
}
