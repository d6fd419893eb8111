import type { Cache, Observed, ObserveOptions } from '../../cache/types.ts';
import { sameContent, type Content } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { diffTrees } from '../../core/tree-diff/diff-trees.ts';
import { toBytePath } from '../../fs/byte-path.ts';
import { absolutePath } from '../paths.ts';
import { byteProgress, lookProgress } from '../progress.ts';
import type { Project } from '../project.ts';
import type { DataStatus } from '../types.ts';
import { isUnreadable, observedNode, showChanges, shownUnread, storedNode } from './diff-nodes.ts';
import { missingFiles } from './missing-files.ts';
import type { TrackedContent } from './tracked-state.ts';

export interface DataStatusOptions {
  /** Every file that differs is named. */
  readonly granular?: boolean;
  /** What lies there, where that was looked at already. */
  readonly known?: { readonly content: Content | undefined };
}

/** What lies at a tracked path, against what it should be. Folders are opened level by level, and only where digests differ. */
export async function dataStatus(project: Project, tracked: TrackedContent, options: DataStatusOptions = {}): Promise<DataStatus> {
  try {
    return await compare(project, tracked, options);
  } catch (error) {
    if (!isBadPath(error, project, tracked.path)) throw error;
    return { path: tracked.path, state: 'unreadable', message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) };
  }
}

/** It is what lies at the path that cannot be read: a FIFO, a link out of the project, a file without permission. */
export function isBadPath(error: unknown, project: Project, path: string): error is MloError {
  if (!(error instanceof MloError)) return false;
  if (error.code === 'MLO_FILE_TYPE') return true;
  const at = error.details?.['path'];
  const top = absolutePath(project.root, path);
  return (
    error.code === 'MLO_CACHE_IO' &&
    typeof at === 'string' &&
    (at === top || at.startsWith(`${top}/`) || at === path || at.startsWith(`${path}/`))
  );
}

async function compare(
  project: Project,
  { path, content, isOut }: TrackedContent,
  { granular = false, known }: DataStatusOptions,
): Promise<DataStatus> {
  const cache = await project.cache();
  const options: ObserveOptions = {
    signal: project.ctx.signal,
    onProgress: byteProgress(project.ctx.emit, 'hash', path, content.size),
    ...(isOut ? { anything: true, includeIgnored: true } : {}),
  };
  const absolute = absolutePath(project.root, path);
  // One look for both: what is there, and in a folder that differs what is in it.
  const seen = known === undefined ? await cache.observeEntries(absolute, options) : undefined;
  const now = known === undefined ? seen?.content : known.content;
  const lost = notCached(cache, path, content, granular);
  if (now === undefined || sameContent(now, content)) return { path, state: stateOf(now, lost !== undefined), ...lost };
  const observed = seen ?? (await cache.observeEntries(absolute, options));
  return {
    path,
    state: 'modified',
    ...whatChanged(cache, path, content, observed, granular, lookProgress(project.ctx.emit, path)),
    ...lost,
  };
}

function stateOf(now: Content | undefined, lost: boolean): DataStatus['state'] {
  if (lost) return 'not-cached';
  return now === undefined ? 'missing' : 'unchanged';
}

function whatChanged(
  cache: Cache,
  path: string,
  content: Content,
  observed: Observed | undefined,
  granular: boolean,
  onNames: (count: number) => void,
): Pick<DataStatus, 'counts' | 'changes' | 'unread'> {
  const top = toBytePath(path);
  const now = observed === undefined ? new Map() : new Map([[top, observedNode(observed)]]);
  const { changes, counts, unread } = diffTrees(new Map([[top, storedNode(cache, content)]]), now, {
    expand: granular,
    list: granular,
    onNames,
  });
  return {
    counts,
    ...(granular ? { changes: showChanges(changes) } : {}),
    ...(unread.length === 0 ? {} : { unread: unread.map(shownUnread) }),
  };
}

function notCached(cache: Cache, path: string, content: Content, granular: boolean): Pick<DataStatus, 'notCached'> | undefined {
  if (hasAll(cache, content)) return undefined;
  const paths = missingFiles(cache, path, content);
  // Of a folder whose tree is lost only the pointer or lock says how many it had.
  const files = paths[0] === `${path}/` ? (content.files ?? 1) : paths.length;
  return { notCached: { files, ...(granular ? { paths } : {}) } };
}

/** A broken tree is as good as none. */
function hasAll(cache: Cache, content: Content): boolean {
  try {
    return cache.has(content);
  } catch (error) {
    if (isUnreadable(error)) return false;
    throw error;
  }
}
