import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, rmSync, statSync, type Stats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Content, Digest } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { toDisplayPath, toSystemPath, type BytePath } from '../../fs/byte-path.ts';
import { asIoError, isErrno, withIoErrors } from '../../fs/errno.ts';
import { createHasher, hashBytes, readPieces, STREAM_BYTES } from '../../fs/hash.ts';
import { tryReflink } from '../../fs/place.ts';
import { FINE_TICK_MS } from '../../fs/stat-index.ts';
import { OBJECT_MODE } from '../objects/loose-objects.ts';
import { indexKey, type WorkspaceContext } from './context.ts';

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
  const digest = file.store ? await storeLarge(context, file) : await hashLarge(file);
  context.index.record(indexKey(context, file.path), file.stat, digest, startedMs);
  return digest;
}

export function fileContent(digest: Digest, stat: Stats): Content {
  return { digest, size: stat.size, kind: 'file', ...((stat.mode & 0o100) === 0 ? {} : { mode: 'exec' }) };
}

export function sameFile(a: Stats, b: Stats): boolean {
  return a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.ino === b.ino;
}

export function sourceChanged(path: BytePath): MloError {
  const shown = toDisplayPath(path);
  return new MloError('MLO_SOURCE_CHANGED', `${shown} changed while it was being read`, {
    hint: 'Let the program that writes it finish, then run the command again',
    details: { path: shown },
  });
}

function readWhole(file: FileToRead): Buffer {
  const shown = toDisplayPath(file.path);
  return withIoErrors('read', shown, () => {
    const handle = openSource(file);
    try {
      const bytes = Buffer.allocUnsafe(file.stat.size + 1);
      let size = 0;
      for (let read = -1; read !== 0 && size < bytes.length; size += read) read = readSync(handle, bytes, size, bytes.length - size, size);
      if (size !== file.stat.size || !sameFile(fstatSync(handle), file.stat)) throw sourceChanged(file.path);
      return bytes.subarray(0, size);
    } finally {
      closeSync(handle);
    }
  });
}

function openSource(file: FileToRead): number {
  try {
    return openSync(toSystemPath(file.path), openFlags(file));
  } catch (error) {
    throw isErrno(error, 'ENOENT', 'ELOOP') ? sourceChanged(file.path) : error;
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

/** A clone is hashed after it was made, a copy while it is made. */
async function storeLarge(context: WorkspaceContext, file: FileToRead): Promise<Digest> {
  const { loose } = context.store;
  const temporary = loose.newTemporary();
  try {
    const isClone = withIoErrors('write the object', temporary, () => cloneInto(context, file, temporary));
    const digest = isClone
      ? await hashLarge({ ...file, path: temporary, viaLink: true, stat: statSync(temporary) })
      : await copyInto(file, temporary);
    if (isClone && !sameFile(currentStat(file), file.stat)) throw sourceChanged(file.path);
    if (loose.sizeOf(digest) === file.stat.size) rmSync(temporary);
    else loose.adopt(temporary, digest);
    return digest;
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function cloneInto(context: WorkspaceContext, file: FileToRead, temporary: string): boolean {
  if (!context.abilities.reflink || !context.link.includes('reflink')) return false;
  context.abilities.reflink = tryReflink(file.path, temporary, OBJECT_MODE);
  return context.abilities.reflink;
}

async function copyInto(file: FileToRead, temporary: string): Promise<Digest> {
  const target = await open(temporary, 'wx', OBJECT_MODE).catch((error: unknown) => {
    throw asIoError(error, 'write the object', temporary);
  });
  try {
    return await withSource(file, async (source) => {
      const hasher = createHasher();
      await readPieces(source, file.signal, async (piece) => {
        hasher.update(piece);
        await writePiece(target, piece, temporary);
        file.onBytes?.(piece.length);
      });
      return hasher.digest();
    });
  } finally {
    await target.close();
  }
}

/** `FileHandle.write` may write less than it was given. */
export async function writePiece(target: FileHandle, piece: Buffer, path: string): Promise<void> {
  try {
    for (let done = 0; done < piece.length;) done += (await target.write(piece, done, piece.length - done)).bytesWritten;
  } catch (error) {
    throw asIoError(error, 'write', path);
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
    throw isErrno(error, 'ENOENT', 'ELOOP') ? sourceChanged(file.path) : asIoError(error, 'read', shown);
  }
}

function currentStat(file: FileToRead): Stats {
  const stat = file.viaLink
    ? statSync(toSystemPath(file.path), { throwIfNoEntry: false })
    : lstatSync(toSystemPath(file.path), { throwIfNoEntry: false });
  if (stat === undefined) throw sourceChanged(file.path);
  return stat;
}

/** A file written just now would have to be hashed again next time (see the stat index); a few milliseconds save that. */
async function waitForNextTick(context: WorkspaceContext, stat: Stats): Promise<void> {
  const waitMs = stat.ctimeMs + FINE_TICK_MS + 2 - context.index.now();
  if (waitMs > 0 && waitMs <= 2 * FINE_TICK_MS) await delay(waitMs);
}
