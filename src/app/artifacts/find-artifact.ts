import type { Cache, TreeEntry } from '../../cache/types.ts';
import type { Content } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { nearest } from '../../core/text/nearest.ts';
import type { RunDetail } from '../../tracking/types.ts';
import { contentOf } from '../tracked/missing-files.ts';

const MOST_NAMED = 5;

export interface Artifact {
  readonly path: string;
  readonly content: Content;
}

/**
 * What lies at a path of a run: an artifact, something in a folder that is one, or all artifacts whose names begin with
 * the path as a folder. Throws MLO_TARGET, MLO_OBJECT_MISSING.
 */
export function findArtifacts(cache: Cache, run: RunDetail, typed: string): readonly Artifact[] {
  const path = withoutSlash(typed);
  const exact = run.artifacts.find((artifact) => isNamed(artifact, typed));
  if (exact !== undefined) return [exact];
  for (const artifact of run.artifacts) {
    if (artifact.content.kind !== 'tree' || !path.startsWith(`${artifact.path}/`)) continue;
    const content = cache.subContent(artifact.content, path.slice(artifact.path.length + 1));
    if (content !== undefined) return [{ path, content }];
  }
  const below = run.artifacts.filter((artifact) => artifact.path.startsWith(prefixOf(typed)));
  if (below.length > 0) return below;
  throw unknownArtifact(run, typed);
}

/** It is what was typed, and not one of those whose names only begin with that. */
export function isNamed({ path }: Artifact, typed: string): boolean {
  return path === typed || path === withoutSlash(typed);
}

/** `plots/`: with what the names of all begin that are found where none is named so. */
export function prefixOf(typed: string): string {
  return `${withoutSlash(typed)}/`;
}

function withoutSlash(typed: string): string {
  return typed.replace(/\/+$/, '');
}

/** Entries of a folder as artifacts below it. */
export function entriesOf(cache: Cache, { path, content }: Artifact): readonly (Artifact & { readonly entry: TreeEntry })[] {
  return cache
    .readTree(content.digest)
    .map((entry) => ({ path: `${path}/${entry.name.toString('utf8')}`, content: contentOf(entry), entry }));
}

function unknownArtifact(run: RunDetail, typed: string): MloError {
  const paths = run.artifacts.map(({ path }) => path);
  const near = nearest(typed, paths);
  const [first, ...others] = paths;
  const has =
    first === undefined ? 'it has none' : others.length < MOST_NAMED ? `it has ${paths.join(', ')}` : `it has ${paths.length} others`;
  return new MloError('MLO_TARGET', `The run ${run.id} (${run.name}) has no artifact ${JSON.stringify(typed)}: ${has}`, {
    hint: near === undefined ? `mlo artifacts list ${run.id.slice(0, 8)}` : `Did you mean ${JSON.stringify(near)}?`,
    details: { run: run.id, path: typed, known: paths.slice(0, 100) },
  });
}
