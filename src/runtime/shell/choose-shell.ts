import { accessSync, constants, statSync } from 'node:fs';
import { basename, delimiter, isAbsolute, join } from 'node:path';
import { MloError } from '../../core/errors/mlo-error.ts';

export interface ShellChoice {
  /** Absolute path of the shell and the arguments before the command. */
  readonly shell: { readonly path: string; readonly args: readonly string[] };
  /** The name that is recorded: the same on machines that keep the shell in different folders. */
  readonly recorded: string;
}

export interface ShellRequest {
  /** Kind of the pipeline file: dvc.yaml stages expect the user's shell, for which bash stands. */
  readonly kind: 'pipeline' | 'dvc';
  readonly env: { readonly [name: string]: string | undefined };
  /** The stage's `shell` key: a name looked up in PATH, or an absolute path. */
  readonly shell?: string;
}

const DEFAULT_SHELL = '/bin/sh';

/** What keeps a shell from reading start-up files, so that a stage does not depend on who runs it. */
const QUIET_FLAGS: { readonly [name: string]: readonly string[] } = {
  bash: ['--noprofile', '--norc'],
  zsh: ['--no-rcs'],
  fish: ['--no-config'],
  nu: ['--no-config-file'],
  pwsh: ['-NoProfile', '-NonInteractive'],
};

/** Errors: MLO_CONFIG for a `shell` that is not there. */
export function chooseShell({ kind, env, shell }: ShellRequest): ShellChoice {
  if (shell !== undefined) return { shell: withFlags(findShell(shell, env.PATH)), recorded: shell };
  if (kind === 'pipeline') return { shell: withFlags(DEFAULT_SHELL), recorded: DEFAULT_SHELL };
  const bash = findInPath('bash', env.PATH);
  return bash === undefined ? { shell: withFlags(DEFAULT_SHELL), recorded: DEFAULT_SHELL } : { shell: withFlags(bash), recorded: 'bash' };
}

function withFlags(path: string): ShellChoice['shell'] {
  return { path, args: [...(QUIET_FLAGS[basename(path)] ?? []), '-c'] };
}

function findShell(shell: string, path: string | undefined): string {
  if (isAbsolute(shell)) {
    if (isExecutable(shell)) return shell;
    throw new MloError('MLO_CONFIG', `The shell '${shell}' is not an executable file`, { hint: 'ls -l /bin/*sh', details: { shell } });
  }
  if (shell.includes('/')) {
    throw new MloError('MLO_CONFIG', `The shell '${shell}' must be a name or an absolute path`, { details: { shell } });
  }
  const found = findInPath(shell, path);
  if (found !== undefined) return found;
  throw new MloError('MLO_CONFIG', `The shell '${shell}' is in none of the folders of PATH`, {
    hint: `command -v ${shell}`,
    details: { shell, path: path ?? '' },
  });
}

/** Stages by the hundred ask for the same shell. */
const found = new Map<string, string | undefined>();

function findInPath(name: string, path = ''): string | undefined {
  const key = `${name}\0${path}`;
  if (found.has(key)) return found.get(key);
  const result = path
    .split(delimiter)
    .filter(isAbsolute)
    .map((folder) => join(folder, name))
    .find(isExecutable);
  found.set(key, result);
  return result;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'EACCES' || code === 'ENOTDIR' || code === 'ELOOP') return false;
    throw error;
  }
}
