import type { Cache } from '../../cache/types.ts';
import type { Digest } from '../../core/content.ts';
import type { RunId } from '../../core/run.ts';
import { withProject } from '../project.ts';
import { readTracking } from '../read-tracking.ts';
import { isUnreadable } from '../tracked/diff-nodes.ts';
import type { AppContext } from '../types.ts';
import { artifactsAt } from './artifacts-at.ts';
import { entriesOf, isNamed, type Artifact } from './find-artifact.ts';

export interface ArtifactsListOptions {
  readonly run: string;
  readonly path?: string;
  /** Everything in folders, too. */
  readonly recursive: boolean;
}

interface ListedArtifact {
  readonly path: string;
  readonly type: 'file' | 'exec' | 'symlink' | 'folder';
  /** Bytes; of a folder the sum. */
  readonly size: number;
  readonly files?: number;
  readonly digest: Digest;
}

export interface ArtifactsListData {
  readonly run: RunId;
  readonly name: string;
  readonly entries: readonly ListedArtifact[];
  /** Folders of which the cache does not have what is in them. */
  readonly unread: readonly { readonly path: string; readonly digest: Digest }[];
}

/** What a run keeps; with a path of a folder, what is in it. Throws MLO_RUN_UNKNOWN, MLO_TARGET. */
export async function artifactsList(ctx: AppContext, { run: id, path, recursive }: ArtifactsListOptions): Promise<ArtifactsListData> {
  return await withProject(ctx, async (project) => {
    const run = await readTracking(project, (tracking) => tracking.get(id));
    const needsCache = recursive || path !== undefined;
    const cache = needsCache ? await project.cache() : undefined;
    const found =
      path === undefined || cache === undefined ? run.artifacts : inside(cache, await artifactsAt(project, cache, run, path), path);
    const unread: ArtifactsListData['unread'][number][] = [];
    const entries = cache === undefined || !recursive ? found : found.flatMap((artifact) => walk(cache, artifact, unread));
    return { run: run.id, name: run.name, entries: entries.map(toListed), unread };
  });
}

/** Of a folder that is named its entries, else what was found. */
function inside(cache: Cache, found: readonly Artifact[], typed: string): readonly Artifact[] {
  const one = found.find((artifact) => isNamed(artifact, typed));
  return one?.content.kind === 'tree' ? entriesOf(cache, one) : found;
}

function walk(cache: Cache, artifact: Artifact, unread: ArtifactsListData['unread'][number][]): readonly Artifact[] {
  if (artifact.content.kind !== 'tree') return [artifact];
  try {
    return [artifact, ...entriesOf(cache, artifact).flatMap((entry) => walk(cache, entry, unread))];
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    unread.push({ path: artifact.path, digest: artifact.content.digest });
    return [artifact];
  }
}

function toListed({ path, content: { kind, mode, size, files, digest } }: Artifact): ListedArtifact {
  const type = kind === 'tree' ? 'folder' : kind === 'symlink' ? 'symlink' : mode === 'exec' ? 'exec' : 'file';
  return { path, type, size, ...(files === undefined ? {} : { files }), digest };
}
