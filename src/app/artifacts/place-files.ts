import { closeSync, lstatSync, mkdirSync, openSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Cache } from '../../cache/types.ts';
import type { Content } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { isInside, isSafeProjectPath } from '../../core/path/project-path.ts';
import { isErrno } from '../../fs/errno.ts';
import { hearInterrupt, throwIfInterrupted } from '../../fs/interrupt.ts';
import { makeFolder } from '../../fs/make-folder.ts';
import { temporaryName } from '../../fs/temporary-name.ts';
import { writeAll } from '../../fs/write-atomic.ts';
import { existsAlready } from '../runs/export-target.ts';
import { entriesOf, type Artifact } from './find-artifact.ts';

/** A file, link or folder to be made at a path below the target. */
export interface Placing {
  /** Relative to the target, safe; empty: the target itself. */
  readonly at: string;
  readonly content: Content;
}

/**
 * Everything to be made for the artifacts at these places; names are checked, and trees read, before anything is written. Throws MLO_PATH_UNSAFE,
 * MLO_OBJECT_MISSING, MLO_OBJECT_CORRUPT.
 */
export function placingsOf(cache: Cache, artifacts: readonly { readonly at: string; readonly artifact: Artifact }[]): readonly Placing[] {
  return artifacts.flatMap(({ at, artifact }) => {
    if (at !== '') checkName(at);
    if (artifact.content.kind !== 'tree') return [{ at, content: artifact.content }];
    const below = entriesOf(cache, artifact).map((each) => {
      const name = each.entry.name.toString('utf8');
      if (!each.entry.name.equals(Buffer.from(name))) throw unsafe(each.path, 'its name is not UTF-8');
      return { at: at === '' ? name : `${at}/${name}`, artifact: each };
    });
    return [{ at, content: artifact.content }, ...placingsOf(cache, below)];
  });
}

/** Writes them; every byte is verified before it gets its name. What is there stays, or without `force` is an error before anything is written. */
export async function placeFiles(
  cache: Cache,
  target: string,
  placings: readonly Placing[],
  { force, signal }: { readonly force: boolean; readonly signal: AbortSignal },
): Promise<{ readonly files: number; readonly bytes: number }> {
  const inTheWay = placings.filter((placing) => isInTheWay(target, placing)).map(({ at }) => join(target, at));
  if (inTheWay.length > 0 && !force) throw existsAlready(inTheWay);
  let [files, bytes] = [0, 0];
  makeFolder(dirname(target));
  for (const { at, content } of placings) {
    await hearInterrupt(signal);
    const path = join(target, at);
    makeFolders(target, at);
    if (content.kind === 'tree') makeRealFolder(path);
    else {
      if (content.kind === 'symlink') placeLink(cache, target, path, content);
      else bytes += await placeFile(cache, path, content, signal);
      files += 1;
    }
  }
  return { files, bytes };
}

export function checkName(at: string): void {
  if (!isSafeProjectPath(at)) throw unsafe(at, 'it is absolute, leaves the folder, or leads into .git or .mlo');
}

function unsafe(path: string, why: string): MloError {
  return new MloError('MLO_PATH_UNSAFE', `The artifact ${JSON.stringify(path)} is not written: ${why}.`, {
    hint: 'A single file can be given another name: -o name',
    details: { path },
  });
}

function isInTheWay(target: string, { at, content }: Placing): boolean {
  const found = lstatSync(join(target, at), { throwIfNoEntry: false });
  return found !== undefined && !(content.kind === 'tree' && found.isDirectory());
}

/** Folders between the target and what lies in it; a symlink there could lead anywhere. */
function makeFolders(target: string, at: string): void {
  const names = at.split('/').slice(0, -1);
  if (at !== '') makeRealFolder(target);
  for (let count = 1; count <= names.length; count += 1) makeRealFolder(join(target, ...names.slice(0, count)));
}

function makeRealFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (!isErrno(error, 'EEXIST') || !lstatSync(path).isDirectory()) throw notAFolder(path, error);
  }
}

function notAFolder(path: string, cause: unknown): unknown {
  if (!isErrno(cause, 'EEXIST')) return cause;
  return new MloError('MLO_PATH_UNSAFE', `'${path}' is no folder (a symlink counts as none), so nothing is written into it.`, {
    hint: 'Write to another place with -o',
    details: { path },
  });
}

async function placeFile(cache: Cache, path: string, content: Content, signal: AbortSignal): Promise<number> {
  const temporary = join(dirname(path), temporaryName());
  let size = 0;
  try {
    const file = openSync(temporary, 'wx', content.mode === 'exec' ? 0o777 : 0o666);
    try {
      for await (const piece of cache.stream(content)) {
        throwIfInterrupted(signal);
        writeAll(file, piece);
        size += piece.length;
      }
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
    return size;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** A link that leaves the target folder would make a later file leave it, too. */
function placeLink(cache: Cache, target: string, path: string, content: Content): void {
  const to = cache.readBytes(content.digest).toString('utf8');
  if (to.startsWith('/') || path === target || !isInside(target, resolve(dirname(path), to)))
    throw unsafe(path, `it is a symlink to '${to}', outside of the folder`);
  const temporary = join(dirname(path), temporaryName());
  symlinkSync(to, temporary);
  renameSync(temporary, path);
}
