import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, type Command } from './process.ts';

export interface Peers {
  readonly git: boolean;
  readonly tar: boolean;
  readonly dvc?: string;
  readonly restic?: string;
  /** A python that has the package oxenai. */
  readonly oxen?: string;
  /** What was found, and what was not, for people. */
  readonly lines: readonly string[];
}

const OXEN_VERSION = "import importlib.metadata as m; print('oxenai', m.version('oxenai'))";

export function findPeers(env: NodeJS.ProcessEnv): Peers {
  const lines: string[] = [];
  const find = (name: string, argv: readonly string[] | undefined, how: string): boolean => {
    const version = argv === undefined ? undefined : firstLine(argv);
    lines.push(version === undefined ? `${name}: not found (${how}), rows without it` : `${name}: ${version}`);
    return version !== undefined;
  };
  const { MLO_BENCH_DVC: dvc, MLO_BENCH_RESTIC: restic, MLO_BENCH_OXEN: oxen } = env;
  const git = find('git', ['git', '--version'], 'in PATH');
  const tar = find('tar', ['tar', '--version'], 'in PATH');
  const hasDvc = find('DVC', dvc === undefined ? undefined : [dvc, '--version'], 'MLO_BENCH_DVC=/path/to/dvc');
  const hasRestic = find('restic', restic === undefined ? undefined : [restic, 'version'], 'MLO_BENCH_RESTIC=/path/to/restic');
  const hasOxen = find('Oxen', oxen === undefined ? undefined : [oxen, '-c', OXEN_VERSION], 'MLO_BENCH_OXEN=/path/to/python with oxenai');
  return {
    git,
    tar,
    ...(hasDvc && dvc !== undefined ? { dvc } : {}),
    ...(hasRestic && restic !== undefined ? { restic } : {}),
    ...(hasOxen && oxen !== undefined ? { oxen } : {}),
    lines,
  };
}

function firstLine([file = '', ...args]: readonly string[]): string | undefined {
  try {
    return execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n')[0];
  } catch {
    return undefined;
  }
}

/** DVC without analytics; what it remembers of files is kept inside the folder, so that a fresh one knows nothing. */
export function dvcCommand(dvc: string, cwd: string, ...args: readonly string[]): Command {
  return { argv: [dvc, ...args], cwd, env: { DVC_NO_ANALYTICS: '1', DVC_SITE_CACHE_DIR: join(cwd, '.dvc', 'site-cache') } };
}

/** Forgets all that DVC ever knew of this folder, and starts again. */
export async function initDvc(dvc: string, cwd: string, ...args: readonly string[]): Promise<void> {
  for (const name of ['.dvc', 'data.dvc', 'big.bin.dvc', '.dvcignore', '.gitignore', 'dvc.lock'])
    rmSync(join(cwd, name), { recursive: true, force: true });
  await run(dvcCommand(dvc, cwd, 'init', '-q', ...args));
}

export function resticCommand(restic: string, repository: string, cwd: string, ...args: readonly string[]): Command {
  const env = { RESTIC_REPOSITORY: repository, RESTIC_PASSWORD: 'bench', RESTIC_CACHE_DIR: `${repository}-cache` };
  return { argv: [restic, '-q', ...args], cwd, env };
}

/** Git with its index kept outside the tree, and neither of its two ways not to look at files. */
export function gitCommand(gitDir: string, tree: string, ...args: readonly string[]): Command {
  const plain = ['-c', 'core.untrackedCache=false', '-c', 'core.fsmonitor=false', '-c', 'gc.auto=0'];
  return { argv: ['git', ...plain, ...args], cwd: tree, env: { GIT_DIR: gitDir, GIT_WORK_TREE: tree } };
}

const OXEN = `
import sys
from oxen import Repo
from oxen.user import config_user
config_user('bench', 'bench@example.org')
repo = Repo('.')
exec(sys.argv[1])
`;

/** One process of Python; Oxen's settings are kept beside the folder. */
export function oxenCommand(python: string, cwd: string, line: string): Command {
  const home = join(cwd, '..');
  writeFileSync(join(home, 'run-oxen.py'), OXEN);
  return { argv: [python, join(home, 'run-oxen.py'), line], cwd, env: { HOME: home } };
}
