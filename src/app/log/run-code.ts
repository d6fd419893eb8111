import type { Cache } from '../../cache/types.ts';
import type { Content } from '../../core/content.ts';
import { openGit } from '../../fs/git.ts';
import { uncommittedChanges } from '../../fs/git-diff.ts';
import type { RunGit } from '../../tracking/types.ts';

/** A larger diff is data, not code: it is left out, bytes. */
const MOST_DIFF_BYTES = 10 * 1024 * 1024;

/** Artifact of a run with what was not committed when it began. */
export const DIFF_ARTIFACT = 'git.diff';

/** Where the code of a run stands, and on what. */
export interface RunCode {
  readonly git?: RunGit;
  /** What was not committed, stored. */
  readonly diff?: Content;
  readonly tags: { readonly [key: string]: string };
}

export function describeCode(root: string, cache: Pick<Cache, 'putBytes'>): RunCode {
  const tags = { 'mlo.node': process.version, 'mlo.platform': `${process.platform}-${process.arch}` };
  const git = openGit(root)?.head();
  if (git === undefined) return { tags };
  const changes = git.dirty ? uncommittedChanges(root, MOST_DIFF_BYTES) : undefined;
  if (changes === 'too-large')
    return { git, tags: { ...tags, 'mlo.git.diff': `left out: more than ${MOST_DIFF_BYTES / 1024 / 1024} MiB` } };
  if (changes === undefined || changes.length === 0) return { git, tags };
  const diff = cache.putBytes(changes);
  return { git: { ...git, diff: diff.digest }, diff, tags };
}
