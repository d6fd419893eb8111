import { rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Content } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { toSystemPath, type BytePath } from '../../fs/byte-path.ts';
import { asIoError, isErrno, withIoErrors } from '../../fs/errno.ts';
import { hashFile, STREAM_BYTES } from '../../fs/hash.ts';
import { tryReflink } from '../../fs/place.ts';
import { corruptObject, missingObject } from '../objects/object-store.ts';
import { shownPath, type WorkspaceContext } from '../workspace/context.ts';
import { copyAndHash } from '../workspace/copy-and-hash.ts';
import { linksToObjects, placeLink } from '../workspace/links-to-objects.ts';
import { writeFile } from './write-file.ts';

export interface WriteProgress {
  readonly signal?: AbortSignal;
  onBytes(bytes: number): void;
}

/**
 * Writes the file's content to `temporary`, where nothing lies; `path` is where it will go. Every byte is
 * verified: where they are wrong the object is set aside and MLO_OBJECT_CORRUPT thrown; the caller removes
 * `temporary`.
 */
export async function writeObject(
  context: WorkspaceContext,
  content: Content,
  temporary: BytePath,
  path: BytePath,
  progress: WriteProgress,
): Promise<void> {
  const object = isLinked(context, content)
    ? context.store.loosen(content.digest, shownPath(context, path))
    : context.store.fileOf(content.digest);
  if (object === undefined || (content.size <= STREAM_BYTES && !wantsFile(context, content))) {
    const shown = shownPath(context, path);
    writeFile({ temporary, path, shown, mode: modeOf(content) }, context.store.read(content.digest, shown));
    progress.onBytes(content.size);
    return;
  }
  try {
    await withoutObjectErrors(content, shownPath(context, path), async () => {
      if (await linkVerified(context, content, object, temporary, path)) progress.onBytes(content.size);
      else if (await cloneVerified(context, content, object, temporary, path)) progress.onBytes(content.size);
      else await copyVerified(context, content, object, temporary, path, progress);
    });
  } catch (error) {
    if (!hasOtherCopy(context, content, error)) throw error;
    rmSync(toSystemPath(temporary), { force: true });
    await writeObject(context, content, temporary, path, progress);
  }
}

/** The file was broken, and is set aside by now; a pack or the journal may have the object too. */
function hasOtherCopy(context: WorkspaceContext, { digest }: Content, error: unknown): boolean {
  if (!(error instanceof MloError) || error.code !== 'MLO_OBJECT_CORRUPT') return false;
  return context.store.fileOf(digest) === undefined && context.store.hasAny(digest);
}

function wantsFile(context: WorkspaceContext, content: Content): boolean {
  return isLinked(context, content) || (context.abilities.reflink && context.link[0] === 'reflink');
}

function isLinked(context: WorkspaceContext, content: Content): boolean {
  return linksToObjects(context.link) && content.mode === undefined && content.size > 0;
}

async function linkVerified(
  context: WorkspaceContext,
  content: Content,
  object: string,
  temporary: BytePath,
  path: BytePath,
): Promise<boolean> {
  if (!isLinked(context, content)) return false;
  await verifyFile(context, content, object, path);
  return withIoErrors('link', shownPath(context, path), () => placeLink(context.link, object, temporary) !== undefined);
}

async function cloneVerified(
  context: WorkspaceContext,
  content: Content,
  object: string,
  temporary: BytePath,
  path: BytePath,
): Promise<boolean> {
  if (!context.abilities.reflink || !context.link.includes('reflink')) return false;
  const mode = modeOf(content) & ~process.umask();
  context.abilities.reflink = withIoErrors('write', shownPath(context, path), () => tryReflink(object, toSystemPath(temporary), mode));
  if (context.abilities.reflink) await verifyFile(context, content, toSystemPath(temporary), path);
  return context.abilities.reflink;
}

async function copyVerified(
  context: WorkspaceContext,
  content: Content,
  object: string,
  temporary: BytePath,
  path: BytePath,
  progress: WriteProgress,
): Promise<void> {
  const shown = shownPath(context, path);
  const target = await open(toSystemPath(temporary), 'wx', modeOf(content)).catch((error: unknown) => {
    throw asIoError(error, 'write', shown);
  });
  try {
    const source = await open(object, 'r');
    try {
      const digest = await copyAndHash(source, target, { shown, signal: progress.signal, onBytes: (bytes) => progress.onBytes(bytes) });
      if (digest !== content.digest) throw setAside(context, content, path);
    } finally {
      await source.close();
    }
  } finally {
    await target.close();
  }
}

async function verifyFile(context: WorkspaceContext, content: Content, file: string | Buffer, path: BytePath): Promise<void> {
  const { digest } = await hashFile(file);
  if (digest !== content.digest) throw setAside(context, content, path);
}

function setAside(context: WorkspaceContext, content: Content, path: BytePath): Error {
  context.store.setAside(content.digest);
  return corruptObject(content.digest, shownPath(context, path));
}

/** Before the umask. */
function modeOf(content: Content): number {
  return content.mode === 'exec' ? 0o777 : 0o666;
}

async function withoutObjectErrors(content: Content, path: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw isErrno(error, 'ENOENT') ? missingObject([content.digest], path) : asIoError(error, 'read the object for', path);
  }
}
