import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { cacheUsers } from '../../cache/sharing/projects.ts';
import { realPathOf } from '../../fs/real-path.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { openProject, type Project } from '../project.ts';
import { projectClaims, type ProjectClaim, type Scopes } from './claims.ts';

/** Another project that uses the same cache. `gone`: no folder is there now. */
export interface CacheUserReport {
  readonly root: string;
  readonly state: 'asked' | 'gone' | 'unreadable' | 'ignored';
  readonly why?: string;
  /** Where the cache notes the project. */
  readonly file?: string;
}

export interface OtherProjects {
  readonly users: readonly CacheUserReport[];
  readonly claims: readonly ProjectClaim[];
}

/** Of another project everything counts that `mlo gc` there could be asked to keep, whatever is asked here. */
const EVERYTHING: Scopes = { branches: true, tags: true, commits: 1, allCommits: false, runs: true };
/** Of another checkout of the same repository only the workspace: the rest is asked of this one. */
const WORKSPACE_ONLY: Scopes = { branches: false, tags: false, commits: 0, allCommits: false, runs: false };

/** Asks all other projects of the cache what they need. */
export async function otherProjects(project: Project, ignored: readonly string[]): Promise<OtherProjects> {
  const { users, unreadable } = cacheUsers(project.config.cacheDir);
  const ignore = new Set(ignored.map((path) => resolve(project.ctx.cwd, path)));
  const reports: CacheUserReport[] = unreadable.map((file) => ({
    root: file,
    state: 'unreadable',
    why: 'the file does not say which project',
    file,
  }));
  const claims: ProjectClaim[] = [];
  const here = realPathOf(project.root);
  for (const { root, isThere, file } of users) {
    if (realPathOf(root) === here) continue;
    const at = { root, ...(file === undefined ? {} : { file }) };
    if (ignore.has(root)) reports.push({ ...at, state: 'ignored' });
    else if (!isThere) reports.push({ ...at, state: 'gone' });
    else {
      try {
        claims.push(...(await claimsOf(project, root)));
        reports.push({ ...at, state: 'asked' });
      } catch (error) {
        if (!(error instanceof MloError)) throw error;
        reports.push({ ...at, state: 'unreadable', why: error.message });
      }
    }
  }
  return { users: reports, claims };
}

async function claimsOf(project: Project, root: string): Promise<readonly ProjectClaim[]> {
  const other = await openProject({ ...project.ctx, cwd: root, readOnly: true });
  try {
    if (other.root !== root) throw new MloError('MLO_NOT_A_PROJECT', `there is no project of mlo at ${root} any more`);
    const scopes = other.sharedRoot === project.sharedRoot ? WORKSPACE_ONLY : EVERYTHING;
    const claims = await projectClaims(other, scopes);
    return claims.map((claim) => ({ ...claim, label: `${root}: ${claim.label}` }));
  } finally {
    await other.close();
  }
}

/** What they need is not known, so nothing may be deleted. Throws MLO_CACHE_USER. */
export function refuseUnknown(users: readonly CacheUserReport[]): void {
  const unknown = users.filter(({ state }) => state === 'gone' || state === 'unreadable');
  const [first] = unknown;
  if (first === undefined) return;
  const why =
    first.state === 'gone'
      ? 'its folder is not there (deleted, moved, or on a disk that is not mounted)'
      : (first.why ?? 'it cannot be read');
  const more = unknown.length === 1 ? '' : `, and ${unknown.length - 1} more like it`;
  throw new MloError(
    'MLO_CACHE_USER',
    `The project ${first.root} uses this cache and cannot be asked what it needs: ${why}${more}. Nothing was deleted`,
    {
      hint: `Where it needs nothing any more: mlo gc --force ${unknown.map(({ root }) => `--ignore-project ${root}`).join(' ')}`,
      details: { projects: unknown },
    },
  );
}

/** Projects that were named as ones that need nothing, and are not there, are not asked again. */
export function forgetIgnored(users: readonly CacheUserReport[], isThere: (root: string) => boolean): void {
  for (const { root, state, file } of users) if (state === 'ignored' && file !== undefined && !isThere(root)) rmSync(file, { force: true });
}
