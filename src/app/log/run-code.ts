import type { Cache } from '../../cache/types.ts';
import type { Content } from '../../core/content.ts';
import type { ProjectPath } from '../../core/stage.ts';
import { openGit } from '../../fs/git.ts';
import { uncommittedChanges } from '../../fs/git-diff.ts';
import type { RunGit } from '../../tracking/types.ts';

/** A larger diff is data, not code: it is left out, bytes. */
const MOST_DIFF_BYTES = 10 * 1024 * 1024;

/** In the tag with what is not in Git at all. */
const MOST_NAMED = 20;

/** Artifact of a run with what was not committed when it began. */
export const DIFF_ARTIFACT = 'git.diff';

/** Where the code of a run stands, and on what. */
export interface RunCode {
  readonly git?: RunGit;
  /** What was not committed, stored. */
  readonly diff?: Content;
  readonly tags: { readonly [key: string]: string };
}

/**
 * `used`: project paths of what the run is made of, as far as that is known when it begins. What of it Git neither has nor ignores makes the run
 * dirty as a change does; other files that lie about do not.
 */
export function describeCode(root: string, cache: Pick<Cache, 'putBytes'>, used: readonly ProjectPath[]): RunCode {
  const machine = { 'mlo.node': process.version, 'mlo.platform': `${process.platform}-${process.arch}` };
  const repository = openGit(root);
  const head = repository?.head();
  if (repository === undefined || head === undefined) return { tags: machine };
  const untracked = repository.untracked(used);
  const git = { ...head, dirty: head.dirty || untracked.length > 0 };
  const tags = untracked.length === 0 ? machine : { ...machine, 'mlo.git.untracked': namesOf(untracked) };
  const changes = head.dirty ? uncommittedChanges(root, MOST_DIFF_BYTES) : undefined;
  if (changes === 'too-large')
    return { git, tags: { ...tags, 'mlo.git.diff': `left out: more than ${MOST_DIFF_BYTES / 1024 / 1024} MiB` } };
  if (changes === undefined || changes.length === 0) return { git, tags };
  const diff = cache.putBytes(changes);
  return { git: { ...git, diff: diff.digest }, diff, tags };
}

function namesOf(paths: readonly string[]): string {
  const more = paths.length - MOST_NAMED;
  return paths.slice(0, MOST_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
