import { realpathSync } from 'node:fs';
import { isInside } from '../../core/path/project-path.ts';
import { relativeTo, toBytePath, toDisplayPath, type BytePath } from '../../fs/byte-path.ts';
import type { IgnoreRules } from '../../fs/ignore.ts';
import type { StatIndex } from '../../fs/stat-index.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import type { CompleteTrees } from '../complete-trees.ts';
import type { TreeObjects } from '../tree-objects.ts';
import type { LinkType } from '../types.ts';
import type { BulkJobs } from '../workers/open-jobs.ts';

/** What reading from and writing to the workspace needs. Paths are absolute. */
export interface WorkspaceContext {
  readonly root: BytePath;
  /** The root without symlinks. */
  readonly realRoot: BytePath;
  readonly store: ObjectStore;
  readonly trees: TreeObjects;
  readonly complete: CompleteTrees;
  readonly index: StatIndex;
  /** Work for all cores. */
  readonly jobs: BulkJobs;
  readonly link: readonly LinkType[];
  readonly ignore?: IgnoreRules;
  /** What this file system was found to be able to do. */
  readonly abilities: { reflink: boolean; reflinkTried: boolean };
  /** Folders in which leftovers of killed commands were looked for. */
  readonly cleaned: Set<BytePath>;
}

/** Paths of the project are known to the stat index by their relative path, so that the project can be moved. */
export function indexKey(context: WorkspaceContext, path: BytePath): BytePath {
  return relativeTo(context.root, path);
}

/** For messages: relative to the root where it is in the project. */
export function shownPath(context: WorkspaceContext, path: BytePath): string {
  return toDisplayPath(indexKey(context, path));
}

export function realPath(path: string): BytePath {
  return toBytePath(realpathSync(path));
}

/** True where the target text of a symlink at `link` leads, by its text alone, to a place in the project. */
export function staysInside(context: WorkspaceContext, link: BytePath, target: BytePath): boolean {
  if (target === '' || target.startsWith('/') || target.includes('\0')) return false;
  const names = link.split('/').slice(0, -1);
  for (const name of target.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
    if (!isInside(context.root, names.join('/'))) return false;
  }
  return true;
}
