import { lstatSync, rmSync } from 'node:fs';
import { toDisplayPath, toSystemPath, type BytePath } from '../../fs/byte-path.ts';
import { withIoErrors } from '../../fs/errno.ts';
import { moveIntoPlace, temporaryBeside, tryHardlink, trySymlink } from '../../fs/place.ts';
import type { LinkType } from '../types.ts';
import { indexKey, type WorkspaceContext } from './context.ts';
import { sameFile, sourceChanged } from './read-file.ts';
import type { Node } from './read-path.ts';

/** Links that share the object itself; the others make a file of its own. */
export function linksToObjects(link: readonly LinkType[]): boolean {
  return link[0] === 'hardlink' || link[0] === 'symlink';
}

/** A stored file becomes a link to its object, so that its bytes are on the disk once. Executables stay copies: objects are not. */
export function replaceByLink(context: WorkspaceContext, path: BytePath, node: Node): void {
  const object = context.store.fileOf(node.content.digest);
  if (object === undefined || !isLinkable(node) || isLinkedTo(object, node)) return;
  const temporary = temporaryBeside(path);
  withIoErrors('link', toDisplayPath(path), () => {
    if (!placeLink(context.link, object, temporary)) return;
    const now = lstatSync(toSystemPath(path), { throwIfNoEntry: false });
    if (now === undefined || !sameFile(now, node.stat)) {
      rmSync(toSystemPath(temporary), { force: true });
      throw sourceChanged(path);
    }
    moveIntoPlace(temporary, path);
    context.index.forget(indexKey(context, path));
  });
}

/** Makes a link at `to`, where nothing lies; false where no wanted kind of link works here. */
export function placeLink(link: readonly LinkType[], object: string, to: BytePath): boolean {
  for (const type of link) {
    if (type === 'hardlink' && tryHardlink(object, to)) return true;
    if (type === 'symlink' && trySymlink(object, to)) return true;
    if (type === 'copy' || type === 'reflink') return false;
  }
  return false;
}

/** Thousands of empty files must not run into the limit of names that one file can have. */
function isLinkable(node: Node): boolean {
  return node.content.kind === 'file' && node.content.mode === undefined && node.content.size > 0;
}

function isLinkedTo(object: string, node: Node): boolean {
  const stat = lstatSync(object);
  return node.stat.isSymbolicLink() || (stat.ino === node.stat.ino && stat.dev === node.stat.dev);
}
