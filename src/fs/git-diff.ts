import { spawnSync } from 'node:child_process';
import { gitEnvironment } from './git-process.ts';

/** The same text whatever the user's configuration, and one that `git apply` takes, but for binary files. */
const ARGUMENTS = ['diff', 'HEAD', '--no-color', '--no-ext-diff', '--no-textconv', '--no-relative', '--src-prefix=a/', '--dst-prefix=b/'];

/**
 * What the whole work tree around `root` changes of the last commit, untracked files not counted, as `git diff HEAD` says it. 'too-large' above
 * `limit` bytes; undefined where Git cannot tell.
 */
export function uncommittedChanges(root: string, limit: number): Buffer | 'too-large' | undefined {
  const { status, stdout, error } = spawnSync('git', ['-c', 'core.quotepath=off', ...ARGUMENTS], {
    cwd: root,
    env: gitEnvironment(),
    maxBuffer: limit,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOBUFS') return 'too-large';
  return error === undefined && status === 0 ? stdout : undefined;
}
