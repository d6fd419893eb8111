import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { MloError } from '../core/errors/mlo-error.ts';

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

interface GitOutput {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs git in the project root; any exit status comes back. */
export type RunGit = (args: readonly string[], options?: { readonly input?: string; readonly literalPaths?: boolean }) => GitOutput;

/** Bytes that a git process may print. */
export const LARGEST_OUTPUT = 512 * 1024 * 1024;

export function gitIn(root: string): RunGit {
  const env = gitEnvironment();
  return (args, { input, literalPaths } = {}) => {
    const result = spawnSync('git', ['-c', 'core.quotepath=off', ...args], {
      cwd: root,
      env: literalPaths === true ? { ...env, GIT_LITERAL_PATHSPECS: '1' } : env,
      encoding: 'utf8',
      maxBuffer: LARGEST_OUTPUT,
      input: input ?? '',
    });
    if (result.error !== undefined) throw gitError(args, result.error.message, result.error);
    // A signal: Ctrl-C reaches git as well.
    if (result.status === null) throw gitError(args, `ended by ${result.signal ?? 'a signal'}`);
    return { status: result.status, stdout: result.stdout, stderr: result.stderr };
  };
}

/** What `git rev-parse --local-env-vars` lists: a hook's environment must not send us to another repository or index. */
const REPOSITORY_VARIABLES = [
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_COMMON_DIR',
  'GIT_CONFIG',
  'GIT_DIR',
  'GIT_GRAFT_FILE',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_INTERNAL_SUPER_PREFIX',
  'GIT_NAMESPACE',
  'GIT_NO_REPLACE_OBJECTS',
  'GIT_OBJECT_DIRECTORY',
  'GIT_PREFIX',
  'GIT_REPLACE_REF_BASE',
  'GIT_SHALLOW_FILE',
  'GIT_WORK_TREE',
  'GIT_GLOB_PATHSPECS',
  'GIT_NOGLOB_PATHSPECS',
  'GIT_ICASE_PATHSPECS',
  'GIT_LITERAL_PATHSPECS',
];

export function gitEnvironment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const name of REPOSITORY_VARIABLES) delete env[name];
  // Messages are compared below, so they must be English; optional locks would disturb a user's own git command.
  return { ...env, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0' };
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
    if (status === 0) found.push(...splitZero(stdout));
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

export function expectSuccess(git: RunGit, args: readonly string[], options?: Parameters<RunGit>[1]): string {
  const { status, stdout, stderr } = git(args, options);
  if (status !== 0) throw gitError(args, stderr.trim());
  return stdout;
}

export function gitError(args: readonly string[], why: string, cause?: unknown): MloError {
  const safeDirectory = /git config --global --add safe\.directory \S+/.exec(why)?.[0];
  // Git indents what it would have one type.
  return new MloError('MLO_GIT', `git ${args[0] ?? ''} failed: ${why.replaceAll('\t', '  ')}`, {
    hint: safeDirectory ?? 'git status',
    ...(cause === undefined ? {} : { cause }),
  });
}

function isInRepository(folder: string): boolean {
  if (existsSync(join(folder, '.git'))) return true;
  const parent = dirname(folder);
  return parent !== folder && isInRepository(parent);
}

export function hasGitBinary(): boolean {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.some((folder) => isExecutable(join(folder, 'git')));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch (error) {
    if (typeof (error as NodeJS.ErrnoException).code === 'string') return false;
    throw error;
  }
}
