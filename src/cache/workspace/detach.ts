import { chmodSync, copyFileSync, statSync, type Stats } from 'node:fs';
import { inFolder, liesInside, toBytePath, toDisplayPath, toSystemPath, type BytePath } from '../../fs/byte-path.ts';
import { withIoErrors } from '../../fs/errno.ts';
import { throwIfInterrupted } from '../../fs/interrupt.ts';
import { moveIntoPlace, temporaryBeside } from '../../fs/place.ts';
import type { DetachOptions } from '../types.ts';
import { indexKey, type WorkspaceContext } from './context.ts';
import { lstat, namesIn, resolved } from './read-path.ts';

const OWNER_WRITES = 0o200;

/** Links to objects below `path` become copies: writing through one would change the object and every other file that shares it. */
export function detach(context: WorkspaceContext, path: BytePath, options: DetachOptions = {}): void {
  const stat = lstat(path);
  if (stat === undefined) return;
  if (stat.isDirectory()) for (const name of namesIn(path)) detach(context, inFolder(path, name), options);
  else if (isShared(context, path, stat)) {
    throwIfInterrupted(options.signal);
    copyInPlace(context, path);
    options.onDetached?.(stat.isFile() ? stat.size : (lstat(path)?.size ?? 0));
  }
}

function isShared(context: WorkspaceContext, path: BytePath, stat: Stats): boolean {
  if (stat.isFile()) return stat.nlink > 1;
  const target = stat.isSymbolicLink() ? resolved(path) : undefined;
  return target !== undefined && liesInside(toBytePath(context.store.loose.folder), target);
}

function copyInPlace(context: WorkspaceContext, path: BytePath): void {
  const temporary = temporaryBeside(path);
  withIoErrors('copy', toDisplayPath(path), () => {
    copyFileSync(toSystemPath(path), toSystemPath(temporary));
    chmodSync(toSystemPath(temporary), (statSync(toSystemPath(path)).mode & 0o777) | OWNER_WRITES);
    moveIntoPlace(temporary, path);
  });
  context.index.forget(indexKey(context, path));
}
