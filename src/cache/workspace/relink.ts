import { lstatSync, rmSync, type Stats } from 'node:fs';
import { toDisplayPath, toSystemPath, type BytePath } from '../../fs/byte-path.ts';
import { withIoErrors } from '../../fs/errno.ts';
import { moveIntoPlace, temporaryBeside, tryHardlink, trySymlink } from '../../fs/place.ts';
import type { LinkType } from '../types.ts';
import { indexKey, type WorkspaceContext } from './context.ts';
import type { Node } from '../scan/node.ts';
import { lstat } from './read-path.ts';
import { RelinkedFiles } from './relinked.ts';
import { sourceChanged } from './source-changed.ts';

/** Stored files become links to their objects, so that their bytes are on the disk once. */
export function replaceByLinks(context: WorkspaceContext, path: BytePath, node: Node, relinked = new RelinkedFiles()): void {
  if (node.children === undefined) replaceByLink(context, path, node, relinked);
  else for (const [name, child] of node.children) replaceByLinks(context, `${path}/${name}`, child, relinked);
}

/** A stored file becomes a link to its object, so that its bytes are on the disk once. Executables stay copies: objects are not. */
function replaceByLink(context: WorkspaceContext, path: BytePath, node: Node, relinked: RelinkedFiles): void {
  if (!isLinkable(node)) return;
  const object = context.store.loosen(node.content.digest, toDisplayPath(path));
  if (object === undefined || isLinkedTo(object, path, node)) return;
  const temporary = temporaryBeside(path);
  unchanged(path, node, relinked);
  try {
    placeOver(context, { path, object, temporary }, () => relinked.losesName(unchanged(path, node, relinked)));
  } catch (error) {
    // Where something else lies there by now, that is why it failed.
    unchanged(path, node, relinked);
    throw error;
  }
}

interface Place {
  readonly path: BytePath;
  readonly object: string;
  readonly temporary: BytePath;
}

/** `check` is the last thing before the link takes the file's place. */
function placeOver(context: WorkspaceContext, { path, object, temporary }: Place, check: () => void): void {
  withIoErrors('link', toDisplayPath(path), () => {
    if (placeLink(context.link, object, temporary) === undefined) return;
    try {
      check();
      moveIntoPlace(temporary, path);
    } catch (error) {
      rmSync(toSystemPath(temporary), { force: true });
      throw error;
    }
    context.index.forget(indexKey(context, path));
  });
}

function unchanged(path: BytePath, node: Node, relinked: RelinkedFiles): Stats {
  const now = lstat(path);
  if (now === undefined || !relinked.isUnchanged(now, node.stat)) throw sourceChanged(path);
  return now;
}

/** Makes a link at `to`, where nothing lies, and says of which kind; undefined where no wanted kind works here. */
export function placeLink(link: readonly LinkType[], object: string, to: BytePath): 'hardlink' | 'symlink' | undefined {
  for (const type of link) {
    if (type === 'hardlink' && tryHardlink(object, to)) return type;
    if (type === 'symlink' && trySymlink(object, to)) return type;
    if (type === 'copy' || type === 'reflink') return undefined;
  }
  return undefined;
}

/** Thousands of empty files must not run into the limit of names that one file can have. */
function isLinkable(node: Node): boolean {
  return node.content.kind === 'file' && node.content.mode === undefined && node.content.size > 0;
}

function isLinkedTo(object: string, path: BytePath, node: Node): boolean {
  if (node.stat.type === 'symlink') return true;
  const stat = lstatSync(object);
  return stat.ino === node.stat.ino && stat.dev === lstat(path)?.dev;
}
