import type { TreeRow } from '../../../src/core/encoding/tree-format.ts';
import type { Content } from '../../../src/core/content.ts';
import { contentRow, treeOf } from '../../../src/cache/tree-objects.ts';
import { asBytePath } from '../../../src/fs/byte-path.ts';
import { hashBytes } from '../../../src/fs/hash.ts';

export interface ModelFile {
  readonly kind: 'file';
  /** Never changed: an edit is another buffer. */
  readonly bytes: Buffer;
  readonly exec: boolean;
}

interface ModelLink {
  readonly kind: 'link';
  readonly target: string;
}

/** What lies in the workspace, as a plain map says it. Names are latin1: a character a byte. */
export interface ModelFolder {
  readonly kind: 'folder';
  readonly names: Map<string, ModelNode>;
}

export type ModelNode = ModelFile | ModelLink | ModelFolder;

export function emptyFolder(): ModelFolder {
  return { kind: 'folder', names: new Map() };
}

/** As it is now; later changes of the one do not show in the other. */
export function copyOf<T extends ModelNode>(node: T): T {
  if (node.kind !== 'folder') return node;
  const names = new Map([...node.names].map(([name, below]) => [name, copyOf(below)]));
  return { kind: 'folder', names } as T;
}

export type IsIgnored = (path: string, isFolder: boolean) => boolean;

/** What the store must say of it. `isIgnored` is asked with paths below the top. */
export function expectedContent(node: ModelNode, isIgnored: IsIgnored, path = ''): Content {
  if (node.kind === 'file')
    return { digest: digestOf(node.bytes), size: node.bytes.length, kind: 'file', ...(node.exec ? { mode: 'exec' } : {}) };
  if (node.kind === 'link') {
    const bytes = Buffer.from(node.target, 'latin1');
    return { digest: hashBytes(bytes), size: bytes.length, kind: 'symlink' };
  }
  const rows: TreeRow[] = [];
  for (const [name, below] of node.names) {
    const belowPath = path === '' ? name : `${path}/${name}`;
    if (!isIgnored(belowPath, below.kind === 'folder'))
      rows.push(contentRow(asBytePath(name), expectedContent(below, isIgnored, belowPath)));
  }
  return treeOf(rows).content;
}

/** Paths of everything below, deepest last; '' is not among them. */
export function pathsOf(folder: ModelFolder, kind?: ModelNode['kind'], above = ''): string[] {
  return [...folder.names].flatMap(([name, node]) => {
    const path = above === '' ? name : `${above}/${name}`;
    const own = kind === undefined || node.kind === kind ? [path] : [];
    return node.kind === 'folder' ? [...own, ...pathsOf(node, kind, path)] : own;
  });
}

export function nodeAt(top: ModelFolder, path: string): ModelNode | undefined {
  let node: ModelNode | undefined = top;
  for (const name of path === '' ? [] : path.split('/')) node = node?.kind === 'folder' ? node.names.get(name) : undefined;
  return node;
}

export function folderAt(top: ModelFolder, path: string): ModelFolder {
  const node = nodeAt(top, path);
  if (node?.kind !== 'folder') throw new Error(`The model has no folder at '${path}'`);
  return node;
}

export function put(top: ModelFolder, path: string, node: ModelNode | undefined): void {
  const slash = path.lastIndexOf('/');
  const { names } = folderAt(top, slash === -1 ? '' : path.slice(0, slash));
  const name = path.slice(slash + 1);
  if (node === undefined) names.delete(name);
  else names.set(name, node);
}

const digests = new WeakMap<Buffer, Content['digest']>();

function digestOf(bytes: Buffer): Content['digest'] {
  let digest = digests.get(bytes);
  if (digest === undefined) digests.set(bytes, (digest = hashBytes(bytes)));
  return digest;
}
