import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MloError } from '../core/errors/mlo-error.ts';
import { expectSuccess, gitEnvironment, gitError, gitIn, hasGitBinary, LARGEST_OUTPUT, type RunGit } from './git-process.ts';

/** `dirty`: a tracked file differs from the commit, in the work tree or the index. */
interface GitHead {
  readonly commit: string;
  /** Absent where HEAD is detached. */
  readonly branch?: string;
  readonly dirty: boolean;
}

export interface GitEntry {
  readonly path: string;
  readonly type: 'file' | 'exec' | 'symlink';
  /** Of the blob. */
  readonly id: string;
  /** Bytes. */
  readonly size: number;
}

/**
 * What is asked of the Git repository that holds a project, by the git binary, synchronously.
 * Paths are relative to the project root, which may lie below Git's. Nothing is ever written and
 * nobody is asked for a password. Errors: MLO_GIT.
 */
export interface Git {
  /** Undefined before the first commit. */
  head(): GitHead | undefined;
  /** Text of a file at a revision; undefined where that revision has no such file. */
  show(revision: string, path: string): string | undefined;
  /** Files of a revision below the project root. */
  list(revision: string): readonly string[];
  /** The same with what they are; submodules are left out. */
  entries(revision: string): readonly GitEntry[];
  /** Files of the work tree that Git tracks or would track: all that it does not ignore. Some may have been deleted. */
  workFiles(): readonly string[];
  /** Bytes of blobs, in the order asked for. */
  blobs(ids: readonly string[]): readonly Buffer[];
  /** The commit that a revision names. */
  resolve(revision: string): string;
  /** Which of these paths Git tracks: files, and folders with tracked files below. */
  tracked(paths: readonly string[]): string[];
  /** What Git neither tracks nor ignores at or below these paths; folders with nothing tracked end with a slash. */
  untracked(paths: readonly string[]): string[];
  /** Which of these paths Git would ignore; what it tracks is not ignored. */
  isIgnored(paths: readonly string[]): string[];
}

/** Undefined where `root` is in no Git repository or there is no git binary. */
export function openGit(root: string): Git | undefined {
  if (!isInRepository(realpathSync(root)) || !hasGitBinary()) return undefined;
  const git = gitIn(root);
  const resolved = new Map<string, string>();

  function resolve(revision: string): string {
    let commit = resolved.get(revision);
    if (commit === undefined) resolved.set(revision, (commit = resolveCommit(git, revision)));
    return commit;
  }

  return {
    head: () => readHead(git),
    show: (revision, path) => readBlob(git, resolve(revision), revision, path),
    list: (revision) => splitZero(expectSuccess(git, ['ls-tree', '-r', '-z', '--name-only', resolve(revision)])),
    entries: (revision) => splitZero(expectSuccess(git, ['ls-tree', '-r', '-z', '-l', resolve(revision)])).flatMap(parseEntry),
    workFiles: () => splitZero(expectSuccess(git, ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'])),
    blobs: (ids) => (ids.length === 0 ? [] : readBlobs(root, ids)),
    resolve,
    tracked: (paths) => (paths.length === 0 ? [] : listTracked(git, paths)),
    untracked: (paths) => (paths.length === 0 ? [] : listUntracked(git, paths)),
    isIgnored: (paths) => (paths.length === 0 ? [] : listIgnored(git, paths)),
  };
}

function readHead(git: RunGit): GitHead | undefined {
  const output = expectSuccess(git, ['status', '--porcelain=v2', '--branch', '--untracked-files=no', '-z']);
  const lines = splitZero(output);
  const header = (name: string): string | undefined => lines.find((line) => line.startsWith(`# ${name} `))?.slice(name.length + 3);
  const commit = header('branch.oid');
  if (commit === undefined || commit === '(initial)') return undefined;
  const branch = header('branch.head');
  const dirty = lines.some((line) => !line.startsWith('# '));
  return { commit, ...(branch === undefined || branch === '(detached)' ? {} : { branch }), dirty };
}

function resolveCommit(git: RunGit, revision: string): string {
  const unknown = revision === '' || revision.startsWith('-') || revision.includes('\0');
  const output = unknown ? undefined : git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]);
  if (output?.status === 0) return output.stdout.trim();
  const why = output?.stderr.trim() ?? '';
  if (why.includes('safe.directory')) throw gitError(['rev-parse'], why);
  if (revision === 'HEAD') {
    throw new MloError('MLO_GIT', 'There is no commit yet to compare with', { hint: 'git add -A && git commit -m start' });
  }
  throw new MloError('MLO_GIT', `Git knows no revision ${JSON.stringify(revision)}${why === '' ? '' : `: ${why}`}`, {
    hint: 'git log --oneline --decorate --all',
    details: { revision },
  });
}

function readBlob(git: RunGit, commit: string, revision: string, path: string): string | undefined {
  if (path.includes('\0')) return undefined;
  const args = ['cat-file', 'blob', `${commit}:./${path}`];
  const { status, stdout, stderr } = git(args);
  if (status === 0) return stdout;
  // 'bad file': a folder is there.
  if (/does not exist in|exists on disk, but not in|is in the index, but not|: bad file$/.test(stderr.trim())) return undefined;
  throw gitError(args, `${path} at ${revision}: ${stderr.trim()}`);
}

/** `<mode> <type> <id> <size padded>\t<path>`. */
function parseEntry(line: string): readonly GitEntry[] {
  const [, mode, id, size, path] = /^(\d+) blob ([0-9a-f]+) +(\d+)\t([^]*)$/.exec(line) ?? [];
  if (id === undefined || path === undefined) return [];
  return [{ path, type: mode === '120000' ? 'symlink' : mode === '100755' ? 'exec' : 'file', id, size: Number(size) }];
}

/** One process for all of them. Each comes as `<id> blob <size>`, a line feed, the bytes, a line feed. */
function readBlobs(root: string, ids: readonly string[]): readonly Buffer[] {
  const args = ['cat-file', '--batch'];
  const result = spawnSync('git', args, {
    cwd: root,
    env: gitEnvironment(),
    maxBuffer: LARGEST_OUTPUT,
    input: `${ids.join('\n')}\n`,
  });
  if (result.error !== undefined) throw gitError(args, result.error.message, result.error);
  if (result.status !== 0) throw gitError(args, result.stderr.toString('utf8').trim());
  const blobs: Buffer[] = [];
  for (let at = 0; blobs.length < ids.length;) {
    const end = result.stdout.indexOf(10, at);
    const [, size] = /^[0-9a-f]+ blob (\d+)$/.exec(result.stdout.toString('latin1', at, end)) ?? [];
    if (end === -1 || size === undefined) throw gitError(args, `object ${ids[blobs.length] ?? ''} is not to be had`);
    blobs.push(result.stdout.subarray(end + 1, end + 1 + Number(size)));
    at = end + 2 + Number(size);
  }
  return blobs;
}

/** With this many paths it is faster to list the whole index than to let git match each path with each entry. */
const MANY_PATHS = 40;

function listTracked(git: RunGit, paths: readonly string[]): string[] {
  const few = paths.length <= MANY_PATHS;
  const output = few
    ? expectSuccess(git, ['ls-files', '-z', '--', ...paths], { literalPaths: true })
    : expectSuccess(git, ['ls-files', '-z']);
  const tracked = new Set<string>();
  for (const file of splitZero(output)) for (const path of selfAndParents(file)) tracked.add(path);
  return paths.filter((path) => tracked.has(path.replace(/\/+$/, '')));
}

/** Far below what a command line may hold. */
const PATHS_AT_ONCE = 500;

function listUntracked(git: RunGit, paths: readonly string[]): string[] {
  const found: string[] = [];
  for (let from = 0; from < paths.length; from += PATHS_AT_ONCE) {
    const some = paths.slice(from, from + PATHS_AT_ONCE);
    const args = ['ls-files', '-z', '--others', '--exclude-standard', '--directory', '--no-empty-directory', '--', ...some];
    // A path beyond a symlink or in a submodule is none that this repository could track.
    const { status, stdout } = git(args, { literalPaths: true });
    if (status === 0) for (const path of splitZero(stdout)) found.push(path);
  }
  return found;
}

function selfAndParents(file: string): string[] {
  const slash = file.lastIndexOf('/');
  return slash === -1 ? [file] : [file, ...selfAndParents(file.slice(0, slash))];
}

function listIgnored(git: RunGit, paths: readonly string[]): string[] {
  const args = ['check-ignore', '-z', '--stdin'];
  const { status, stdout, stderr } = git(args, { input: paths.map((path) => `${path}\0`).join('') });
  // 1: none of them is.
  if (status > 1) throw gitError(args, stderr.trim());
  const ignored = new Set(splitZero(stdout));
  return paths.filter((path) => ignored.has(path));
}

function splitZero(output: string): readonly string[] {
  return output.split('\0').filter((part) => part !== '');
}

function isInRepository(folder: string): boolean {
  if (existsSync(join(folder, '.git'))) return true;
  const parent = dirname(folder);
  return parent !== folder && isInRepository(parent);
}
