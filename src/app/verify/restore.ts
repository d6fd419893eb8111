import { lstatSync } from 'node:fs';
import type { Cache } from '../../cache/types.ts';
import type { Digest } from '../../core/content.ts';
import { isErrno } from '../../fs/errno.ts';
import { absolutePath } from '../paths.ts';
import type { Project } from '../project.ts';
import type { Use } from './find-uses.ts';

/** Somewhere that may still have the bytes of an object; true where it brought them back into the cache. */
export type OtherCopy = (digest: Digest, uses: readonly Use[]) => Promise<boolean>;

/** Objects brought back from the first place that has them. */
export async function restoreObjects(
  wanted: ReadonlyMap<Digest, readonly Use[]>,
  places: readonly OtherCopy[],
): Promise<ReadonlySet<Digest>> {
  const restored = new Set<Digest>();
  for (const [digest, uses] of wanted) {
    for (const place of places) {
      if (!(await place(digest, uses))) continue;
      restored.add(digest);
      break;
    }
  }
  return restored;
}

/** Files and folders of the workspace at the paths that the object belongs to: where the bytes are those, they are stored again. */
export function workspaceCopies(project: Project, cache: Cache): OtherCopy {
  return async (digest, uses) => {
    for (const path of new Set(uses.filter((use) => !use.in.every((label) => label.startsWith('run '))).map((use) => use.path))) {
      const absolute = absolutePath(project.root, path);
      if (!isThere(absolute)) continue;
      const found = await cache.observe(absolute, { includeIgnored: true });
      if (found?.digest !== digest) continue;
      const stored = await cache.commit(absolute, { includeIgnored: true });
      if (stored.digest === digest) return true;
    }
    return false;
  };
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (isErrno(error)) return false;
    throw error;
  }
}
