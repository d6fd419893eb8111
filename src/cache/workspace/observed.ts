import { toTreeRows } from '../scan/folder-tree.ts';
import { FolderNode, type Node } from '../scan/node.ts';
import type { Observed } from '../types.ts';

/** A node as callers outside the store see it. No nodes are made of the files of a folder: whoever walks through a million would keep them all. */
export function observedNode(node: Node): Observed {
  return {
    content: node.content,
    rows: () => (node instanceof FolderNode ? toTreeRows(node.rows) : []),
    child(name) {
      const child = node instanceof FolderNode ? node.child(name) : undefined;
      return child === undefined ? undefined : observedNode(child);
    },
  };
}
