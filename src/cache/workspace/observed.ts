import { fromNameBytes, toNameBytes } from '../../fs/byte-path.ts';
import { contentRow } from '../tree-objects.ts';
import type { Observed } from '../types.ts';
import type { Node } from '../scan/node.ts';

/** A node as callers outside the store see it. */
export function observedNode(node: Node): Observed {
  return {
    content: node.content,
    rows: () => [...(node.children ?? [])].map(([name, child]) => ({ ...contentRow(name, child.content), name: toNameBytes(name) })),
    child(name) {
      const child = node.children?.get(fromNameBytes(name));
      return child === undefined ? undefined : observedNode(child);
    },
  };
}
