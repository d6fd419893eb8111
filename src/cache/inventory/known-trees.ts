import { TREE_START_BYTES } from './tree-rows.ts';

const LINE_FEED = 10;
const SPACE = 32;
/** Bytes of trees that are remembered. */
const MOST_BYTES = 64 * 1024 * 1024;

/** The last tree that was read of each folder, as far as a folder can be told by the first name in it. */
export class KnownTrees {
  readonly #trees = new Map<string, Buffer>();
  #bytes = 0;

  /** What was remembered before in its place; the tree itself (a copy) from now on. */
  swap(tree: Buffer): Buffer | undefined {
    const key = firstName(tree);
    const known = this.#trees.get(key);
    this.#trees.delete(key);
    this.#bytes += tree.length - (known?.length ?? 0);
    this.#trees.set(key, Buffer.from(tree));
    for (const [oldest, { length }] of this.#trees) {
      if (this.#bytes <= MOST_BYTES) break;
      this.#trees.delete(oldest);
      this.#bytes -= length;
    }
    return known;
  }

  /** The tree turned out not to be one. */
  forget(tree: Buffer): void {
    const key = firstName(tree);
    this.#bytes -= this.#trees.get(key)?.length ?? 0;
    this.#trees.delete(key);
  }
}

/** Size and name in the first row. */
function firstName(tree: Buffer): string {
  const digestAt = tree.indexOf(SPACE, TREE_START_BYTES);
  return tree.toString('latin1', digestAt + 66, Math.max(digestAt + 66, tree.indexOf(LINE_FEED, TREE_START_BYTES)));
}
