import { execFile } from 'node:child_process';
import { release } from 'node:os';
import { promisify } from 'node:util';
import { isErrno } from '../../fs/errno.ts';
import type { DoctorCheck } from './doctor-check.ts';

/** What worktrees and `git init -b` need. */
const OLDEST_GIT = [2, 28];

/** The launcher has refused everything older than 22.18. */
export function checkNode(): DoctorCheck {
  const version = process.versions.node;
  if (Number.parseInt(version, 10) % 2 === 1) {
    return { name: 'node', status: 'warn', message: `Node.js ${version} is a short-lived release`, fix: 'nvm install 24' };
  }
  return { name: 'node', status: 'ok', message: `Node.js ${version}` };
}

export function checkPlatform(): DoctorCheck {
  const platform = `${process.platform} ${process.arch} (${release()})`;
  const known = ['linux x64', 'linux arm64', 'darwin x64', 'darwin arm64'].includes(`${process.platform} ${process.arch}`);
  if (known) return { name: 'platform', status: 'ok', message: platform };
  return { name: 'platform', status: 'warn', message: `${platform} is not tested`, fix: 'Use Linux (x64, arm64) or macOS' };
}

export async function checkGit(): Promise<DoctorCheck> {
  try {
    const { stdout } = await promisify(execFile)('git', ['--version']);
    const version = /\d+(?:\.\d+)+/.exec(stdout)?.[0] ?? '';
    if (isOlder(version, OLDEST_GIT))
      return { name: 'git', status: 'warn', message: `git ${version} is older than ${OLDEST_GIT.join('.')}`, fix: 'Install a newer git' };
    return { name: 'git', status: 'ok', message: `git ${version}` };
  } catch (error) {
    if (!isErrno(error, 'ENOENT'))
      return { name: 'git', status: 'warn', message: `git does not work: ${reasonOf(error)}`, fix: 'See what git --version says' };
    return {
      name: 'git',
      status: 'warn',
      message: 'git is not installed: revisions cannot be compared, runs carry no commit',
      fix: 'Install git',
    };
  }
}

/** macOS has a git that only says that the Command Line Tools are missing. */
function reasonOf(error: unknown): string {
  const { stderr = '', message } = error as Error & { stderr?: string };
  return stderr.trim().split('\n').at(-1) || message.trim();
}

function isOlder(version: string, oldest: readonly number[]): boolean {
  const parts = version.split('.').map(Number);
  const [major = 0, minor = 0] = parts;
  const [oldestMajor = 0, oldestMinor = 0] = oldest;
  return major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
}
