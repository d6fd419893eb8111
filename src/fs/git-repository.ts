import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { MloError } from '../core/errors/mlo-error.ts';
import { expectSuccess, gitError, gitIn, hasGitBinary, type RunGit } from './git-process.ts';

/** What `mlo install` reads and changes of a Git repository: its configuration, and where its own files lie. */
export interface GitRepository {
  /** Top of this checkout; absolute, without symlinks, like all paths here. */
  readonly top: string;
  /** From the top to the folder that was asked for: '' or 'a/b/'. */
  readonly prefix: string;
  /** Shared by all worktrees. */
  readonly commonDir: string;
  readonly attributesFile: string;
  /** Where hooks lie: `core.hooksPath`, where it is set. */
  readonly hooksDir: string;
  /** Of the repository itself, not of user or machine. */
  getConfig(key: string): string | undefined;
  setConfig(key: string, value: string): void;
  unsetConfig(key: string): void;
}

/** Throws MLO_GIT where `folder` is in no checkout of a Git repository. */
export function openGitRepository(folder: string): GitRepository {
  if (!hasGitBinary()) throw new MloError('MLO_GIT', 'There is no git program here', { hint: 'Install Git first.' });
  const git = gitIn(folder);
  const args = [
    'rev-parse',
    '--show-toplevel',
    '--git-common-dir',
    '--git-path',
    'info/attributes',
    '--git-path',
    'hooks',
    '--show-prefix',
  ];
  const { status, stdout, stderr } = git(args);
  if (stderr.includes('safe.directory')) throw gitError(args, stderr.trim());
  if (status !== 0) throw new MloError('MLO_GIT', `'${folder}' is in no Git checkout: ${stderr.trim()}`, { hint: 'git init' });
  const [top = '', commonDir = '', attributesFile = '', hooksDir = '', prefix = ''] = stdout.split('\n');
  return {
    top: realpathSync(top),
    prefix,
    commonDir: realpathSync(resolve(folder, commonDir)),
    attributesFile: resolve(folder, attributesFile),
    hooksDir: resolve(folder, hooksDir),
    ...config(git),
  };
}

/** Merges texts as Git itself does, with conflict markers in `ours`. */
export function mergeTexts(cwd: string, ours: string, base: string, theirs: string): 'merged' | 'conflicts' {
  const args = ['merge-file', '-L', 'ours', '-L', 'base', '-L', 'theirs', '--', ours, base, theirs];
  const { status, stderr } = gitIn(cwd)(args);
  // Above 127 it is not the number of conflicts but a failure.
  if (status > 127) throw gitError(args, stderr.trim());
  return status === 0 ? 'merged' : 'conflicts';
}

function config(git: RunGit): Pick<GitRepository, 'getConfig' | 'setConfig' | 'unsetConfig'> {
  return {
    getConfig(key) {
      const { status, stdout } = git(['config', '--local', '-z', '--get', key]);
      return status === 0 ? stdout.replace(/\0$/, '') : undefined;
    },
    setConfig: (key, value) => void expectSuccess(git, ['config', '--local', '--replace-all', key, value]),
    unsetConfig(key) {
      const args = ['config', '--local', '--unset-all', key];
      const { status, stderr } = git(args);
      // 5: there is no such key.
      if (status !== 0 && status !== 5) throw gitError(args, stderr.trim());
    },
  };
}
