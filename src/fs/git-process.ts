import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { MloError } from '../core/errors/mlo-error.ts';

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
  // Messages are compared, so they must be English; optional locks would disturb a user's own git command.
  return { ...env, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0' };
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
