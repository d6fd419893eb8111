import { resolve } from 'node:path';
import { MloError } from '../../core/errors/mlo-error.ts';
import type { Wanted } from '../../remote/push/plan-push.ts';
import { openProject, type Project } from '../project.ts';
import { chooseContents } from '../transfer/choose-contents.ts';
import { projectClaims } from './claims.ts';

export interface RemoteKeeps {
  /** Git revisions to keep, besides branches and tags. */
  readonly keep: readonly string[];
  /** Roots of other projects or clones that use the remote. */
  readonly keepProjects: readonly string[];
  readonly allCommits: boolean;
  /** False: artifacts of recorded runs are not kept for their sake. */
  readonly runs: boolean;
}

export interface RemoteClaim {
  readonly label: string;
  readonly of: string;
  readonly contents: readonly Wanted[];
}

/** What of a remote is needed, by reason. Throws what cannot be read: what is not known cannot be kept. */
export async function remoteClaims(project: Project, keeps: RemoteKeeps): Promise<readonly RemoteClaim[]> {
  const own = await claimsOf(project, keeps);
  const revisions: RemoteClaim[] = [];
  for (const rev of keeps.keep) revisions.push(await claimOfRevision(project, rev));
  const others: RemoteClaim[] = [];
  for (const root of keeps.keepProjects) others.push(...(await claimsOfOther(project, root, keeps)));
  return [...own, ...revisions, ...others];
}

async function claimsOf(project: Project, { allCommits, runs }: RemoteKeeps): Promise<readonly RemoteClaim[]> {
  const claims = await projectClaims(project, { branches: true, tags: true, commits: 0, allCommits, runs });
  // Links of the workspace lead into the cache.
  return claims.filter(({ links }) => links === undefined).map(({ label, of, roots }) => ({ label, of, contents: roots }));
}

async function claimOfRevision(project: Project, rev: string): Promise<RemoteClaim> {
  const { groups, broken } = await chooseContents(project, { targets: [], rev, allBranches: false, allTags: false });
  const [first] = broken;
  if (first !== undefined)
    throw new MloError('MLO_FORMAT', `What ${rev} needs is not known: ${first.path}: ${first.message}`, {
      hint: `Leave out --keep ${rev}, or keep a commit in which ${first.path} is right`,
    });
  const contents = groups.flatMap((group) => group.contents.map(({ content }) => content));
  return { label: rev, of: '--keep', contents };
}

async function claimsOfOther(project: Project, root: string, keeps: RemoteKeeps): Promise<readonly RemoteClaim[]> {
  const path = resolve(project.ctx.cwd, root);
  const other = await openProject({ ...project.ctx, cwd: path, readOnly: true });
  try {
    if (other.root !== path)
      throw new MloError('MLO_NOT_A_PROJECT', `There is no project of mlo at ${path}`, { hint: 'Name its top folder' });
    return (await claimsOf(other, keeps)).map((claim) => ({ ...claim, label: `${other.root}: ${claim.label}` }));
  } finally {
    await other.close();
  }
}
