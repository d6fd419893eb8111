import { lstatSync } from 'node:fs';
import type { Content } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import type { ProjectPath } from '../../core/stage.ts';
import { openGit, type GitEntry } from '../../fs/git.ts';
import { isErrno } from '../../fs/errno.ts';
import { absolutePath, isAtOrBelow, projectPath } from '../paths.ts';
import type { Project } from '../project.ts';
import { trackedState, type TrackedContent, type TrackedState } from './tracked-state.ts';

/** What is at a path of one state of the project. */
type Found =
  /** In what mlo keeps: a tracked path, or something in a tracked folder. */
  | { readonly kind: 'kept'; readonly path: ProjectPath; readonly content: Content; readonly of: TrackedContent }
  /** A file of Git's, or of the workspace. */
  | { readonly kind: 'plain'; readonly path: ProjectPath; readonly file: PlainFile }
  /** A folder of the project, with such files or tracked paths below. */
  | { readonly kind: 'folder'; readonly path: ProjectPath };

export interface PlainFile {
  readonly type: GitEntry['type'];
  /** Bytes. */
  readonly size: number;
}

export interface Place {
  readonly state: TrackedState;
  readonly found: Found;
}

/**
 * What a user named: a path with `revision`, or `path@revision` where no such path is in the workspace.
 * Throws MLO_TARGET, MLO_GIT, MLO_PATH_UNSAFE, and MLO_OBJECT_MISSING where a tree on the way is lost.
 */
export async function findPath(project: Project, typed: string, revision: string | undefined): Promise<Place> {
  const state = await trackedState(project, revision);
  const found = await findIn(project, state, typed);
  if (found !== undefined) return { state, found };
  const split = revision === undefined ? splitRevision(project, typed) : undefined;
  if (split !== undefined) return await findPath(project, split.path, split.revision);
  throw (revision === undefined ? await unknownRevision(project, state, typed) : undefined) ?? notFound(typed, revision);
}

function notFound(typed: string, revision: string | undefined): MloError {
  const message =
    revision === undefined
      ? `There is no '${typed}' here: not in tracked data, not among the outs, not as a file`
      : `There is no '${typed}' at ${revision}: not in tracked data, not among the outs, not in Git`;
  return new MloError('MLO_TARGET', message, {
    hint: revision === undefined ? 'mlo ls' : `mlo ls --rev ${revision}`,
    details: { path: typed, ...(revision === undefined ? {} : { revision }) },
  });
}

/** `data/x.csv@v1.O` where there is such a file: the revision is what is wrong. */
async function unknownRevision(project: Project, state: TrackedState, typed: string): Promise<MloError | undefined> {
  for (const { path, revision } of splits(typed)) {
    if (path === '' || (await findIn(project, state, path)) === undefined) continue;
    return new MloError('MLO_TARGET', `There is no '${typed}' here, and Git knows no revision '${revision}' of '${path}'`, {
      hint: 'git log --oneline --decorate --all',
      details: { path, revision },
    });
  }
  return undefined;
}

/** The first `@` behind which stands something that Git knows: `HEAD@{1}` holds one as well. */
export function splitRevision(project: Project, typed: string): { readonly path: string; readonly revision: string } | undefined {
  const git = typed.includes('@') ? openGit(project.root) : undefined;
  if (git === undefined) return undefined;
  const found = splits(typed).find(({ revision }) => knows(git, revision));
  return found === undefined ? undefined : { ...found, path: found.path || '.' };
}

/** Git knows a commit by that name. */
export function isRevision(project: Project, typed: string): boolean {
  const git = openGit(project.root);
  return git !== undefined && knows(git, typed);
}

/** At each `@` with something behind it. */
function splits(typed: string): readonly { readonly path: string; readonly revision: string }[] {
  return [...typed.matchAll(/@(?=.)/gs)].map(({ index }) => ({ path: typed.slice(0, index), revision: typed.slice(index + 1) }));
}

function knows(git: NonNullable<ReturnType<typeof openGit>>, revision: string): boolean {
  try {
    git.resolve(revision);
    return true;
  } catch (error) {
    if (error instanceof MloError && error.code === 'MLO_GIT') return false;
    throw error;
  }
}

async function findIn(project: Project, state: TrackedState, typed: string): Promise<Found | undefined> {
  const path = projectPath(project.root, project.ctx.cwd, typed);
  const of = state.contents.find((each) => isAtOrBelow(path, each.path));
  if (of !== undefined) {
    const cache = await project.cache();
    const content = path === of.path ? of.content : cache.subContent(of.content, path.slice(of.path.length + 1));
    return content === undefined ? undefined : { kind: 'kept', path, content, of };
  }
  if (path === '.' || state.contents.some((each) => isAtOrBelow(each.path, path))) return { kind: 'folder', path };
  return state.revision === undefined ? inWorkspace(project, path) : inRevision([...state.revision.files.values()], path);
}

function inRevision(files: readonly GitEntry[], path: ProjectPath): Found | undefined {
  const file = files.find((each) => each.path === path);
  if (file !== undefined) return { kind: 'plain', path, file };
  return files.some((each) => each.path.startsWith(`${path}/`)) ? { kind: 'folder', path } : undefined;
}

function inWorkspace(project: Project, path: ProjectPath): Found | undefined {
  const stat = lookAt(absolutePath(project.root, path));
  if (stat?.isDirectory() === true) return { kind: 'folder', path };
  if (stat === undefined || !(stat.isFile() || stat.isSymbolicLink())) return undefined;
  return { kind: 'plain', path, file: plainFile(stat) };
}

export function plainFile(stat: NonNullable<ReturnType<typeof lookAt>>): PlainFile {
  const type = stat.isSymbolicLink() ? 'symlink' : (stat.mode & 0o100) !== 0 ? 'exec' : 'file';
  return { type, size: stat.size };
}

export function lookAt(path: string) {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (isErrno(error, 'ENOTDIR', 'ENAMETOOLONG', 'ENOENT', 'EINVAL')) return undefined;
    throw error;
  }
}
