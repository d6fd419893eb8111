import { lstatSync } from 'node:fs';
import type { Copy } from '../../cache/gc/types.ts';
import type { Cache, Observed } from '../../cache/types.ts';
import type { Digest } from '../../core/content.ts';
import { toNameBytes } from '../../fs/byte-path.ts';
import { absolutePath } from '../paths.ts';
import type { Project } from '../project.ts';
import type { NamedContent } from '../tracked/stored-texts.ts';

/** Files of the workspace with the bytes that locks and pointers name, and a place of their own on the disk: no links to the cache. */
export async function workspaceCopies(project: Project, cache: Cache, named: readonly NamedContent[]): Promise<readonly Copy[]> {
  const copies: Copy[] = [];
  for (const { path, content } of named) {
    const absolute = absolutePath(project.root, path);
    const observed = await cache.observeEntries(absolute, { includeIgnored: true });
    if (observed?.content.digest !== content.digest) continue;
    collect(observed, Buffer.from(absolute), content.digest, copies);
  }
  return copies;
}

function collect({ content, rows, child }: Observed, path: Buffer, within: Digest, into: Copy[]): void {
  if (content.kind === 'file' && isOwnFile(path)) into.push({ digest: content.digest, within });
  if (content.kind !== 'tree') return;
  for (const { name, type, digest } of rows()) {
    const at = Buffer.concat([path, SLASH, toNameBytes(name)]);
    if (type === 'tree') {
      const below = child(name);
      if (below !== undefined) collect(below, at, within, into);
    } else if (type !== 'symlink' && isOwnFile(at)) into.push({ digest, within });
  }
}

const SLASH = Buffer.from('/');

function isOwnFile(path: Buffer): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isFile() === true && stat.nlink === 1;
}
