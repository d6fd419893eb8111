import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { MloError } from '../core/errors/mlo-error.ts';
import { gitEnvironment, gitError, hasGitBinary, LARGEST_OUTPUT } from './git-process.ts';
import { randomHex } from './random-hex.ts';

/** A file that Git has at a commit. */
export interface SourceEntry {
  /** Relative to the top of the repository. */
  readonly path: string;
  readonly type: 'file' | 'exec' | 'symlink';
  /** Of the blob. */
  readonly id: string;
}

/** Another repository, read through a bare copy of it. Nothing of it is ever executed. Errors: MLO_GIT. */
export interface SourceRepository {
  /** The commit of a branch, tag or commit id; without one, of the branch that the repository has by default. */
  commit(revision?: string): string;
  entries(commit: string): readonly SourceEntry[];
  /** Bytes of blobs, in the order asked for. */
  blobs(ids: readonly string[]): readonly Buffer[];
  /** Removes what was copied for this use alone. */
  close(): void;
}

export interface SourceRepositoryOptions {
  /** Where copies are kept between commands. */
  readonly cacheFolder: string;
  /** A folder of this machine: its objects are used where they are. */
  readonly isLocal: boolean;
}

/** No hooks, no templates, no transports that start programs (`ext::`); nobody is asked for a password. */
const SAFE = ['-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false', '-c', 'protocol.ext.allow=never'];
const PROTOCOLS = 'file:git:http:https:ssh';
const BRANCHES_AND_TAGS = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'];

/** Throws MLO_USAGE for an address that Git would take for something else. */
export function checkRepositoryAddress(address: string): void {
  const refused = (why: string, hint: string): MloError => new MloError('MLO_USAGE', `The address of a repository ${why}`, { hint });
  const example = 'https://host/team/data.git, git@host:team/data.git, or the path of a folder';
  if (address === '' || /[\0-\x1f]/.test(address)) throw refused('is empty, or has control characters in it', example);
  if (address.startsWith('-')) throw refused(`must not begin with '-'`, example);
  if (/^[a-z0-9+.-]+::/i.test(address)) throw refused('must not start a program (…::)', example);
  if (/^https?:\/\/[^/]*:[^/]*@/i.test(address))
    throw refused('must hold no password: it would be written into Git', 'Leave it out, and let a credential helper of Git answer.');
}

/** Copies what is new of the repository: commits and folders, of files only what is asked for later where its server can do that. */
export function openSourceRepository(address: string, { cacheFolder, isLocal }: SourceRepositoryOptions): SourceRepository {
  checkRepositoryAddress(address);
  if (!hasGitBinary()) throw new MloError('MLO_GIT', 'git is not installed', { hint: 'Install git.' });
  const copy = isLocal ? join(cacheFolder, `once-${randomHex(8)}.git`) : cacheFolder;
  if (isLocal) cloneInto(copy, ['--shared'], address);
  else if (existsSync(join(copy, 'HEAD')))
    git(copy, ['fetch', '--quiet', '--prune', '--no-write-fetch-head', address, ...BRANCHES_AND_TAGS]);
  else cloneInto(copy, ['--filter=blob:none'], address);
  return {
    commit: (revision) => resolve(copy, address, revision),
    entries: (commit) => git(copy, ['ls-tree', '-r', '-z', commit]).toString('utf8').split('\0').flatMap(parseEntry),
    blobs: (ids) => readBlobs(copy, address, ids),
    close: () => (isLocal ? rmSync(copy, { recursive: true, force: true }) : undefined),
  };
}

/** Seen by nobody before it is whole. */
function cloneInto(copy: string, options: readonly string[], address: string): void {
  mkdirSync(dirname(copy), { recursive: true });
  const temporary = `${copy}.${randomHex(8)}`;
  try {
    run(dirname(copy), ['clone', '--quiet', '--bare', '--template=', ...options, '--', address, temporary]);
    rmSync(copy, { recursive: true, force: true });
    renameSync(temporary, copy);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function resolve(copy: string, address: string, revision = 'HEAD'): string {
  if (revision === '' || revision.startsWith('-') || /[\0-\x20]/.test(revision)) throw unknownRevision(address, revision);
  const found = tryRun(copy, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]);
  if (found.status === 0) return found.stdout.toString('utf8').trim();
  // A commit that no branch leads to any more.
  const isId = /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(revision);
  if (isId && tryRun(copy, ['fetch', '--quiet', '--no-write-fetch-head', address, revision]).status === 0) return revision;
  throw unknownRevision(address, revision);
}

function unknownRevision(address: string, revision: string): MloError {
  const what = revision === 'HEAD' ? 'has no commit yet' : `knows no revision ${JSON.stringify(revision)}`;
  return new MloError('MLO_GIT', `The repository ${address} ${what}`, { hint: 'Name a branch, tag or commit that was pushed.' });
}

/** `<mode> blob <id>\t<path>`. */
function parseEntry(line: string): readonly SourceEntry[] {
  const [, mode, id, path] = /^(\d+) blob ([0-9a-f]+)\t([^]*)$/.exec(line) ?? [];
  if (id === undefined || path === undefined) return [];
  return [{ path, id, type: mode === '120000' ? 'symlink' : mode === '100755' ? 'exec' : 'file' }];
}

/** Those that the copy does not have come with one request, not one by one. */
function readBlobs(copy: string, address: string, ids: readonly string[]): readonly Buffer[] {
  if (ids.length === 0) return [];
  const input = `${[...new Set(ids)].join('\n')}\n`;
  if (tryRun(copy, ['config', '--get', 'remote.origin.promisor']).status === 0)
    tryRun(
      copy,
      [
        '-c',
        'fetch.negotiationAlgorithm=noop',
        'fetch',
        '--quiet',
        '--no-tags',
        '--no-write-fetch-head',
        '--filter=blob:none',
        '--stdin',
        address,
      ],
      input,
    );
  const out = git(copy, ['cat-file', '--batch'], `${ids.join('\n')}\n`);
  const blobs: Buffer[] = [];
  for (let at = 0; blobs.length < ids.length;) {
    const end = out.indexOf(10, at);
    const [, size] = /^[0-9a-f]+ blob (\d+)$/.exec(out.toString('latin1', at, end)) ?? [];
    if (end === -1 || size === undefined)
      throw gitError(['cat-file'], `object ${ids[blobs.length] ?? ''} is not to be had from ${address}`);
    blobs.push(out.subarray(end + 1, end + 1 + Number(size)));
    at = end + 2 + Number(size);
  }
  return blobs;
}

function git(copy: string, args: readonly string[], input = ''): Buffer {
  return run(copy, [`--git-dir=${copy}`, ...args], input);
}

function run(cwd: string, args: readonly string[], input = ''): Buffer {
  const { status, stdout, stderr } = spawn(cwd, args, input);
  if (status === 0) return stdout;
  const why = stderr.trim().replaceAll(/\s*\n\s*/g, '; ');
  throw new MloError('MLO_GIT', `The repository cannot be read: ${why}`, {
    hint: 'Check the address and your rights: git ls-remote <address>',
  });
}

function tryRun(copy: string, args: readonly string[], input = ''): { readonly status: number; readonly stdout: Buffer } {
  return spawn(copy, [`--git-dir=${copy}`, ...args], input);
}

function spawn(cwd: string, args: readonly string[], input: string): { status: number; stdout: Buffer; stderr: string } {
  const env = gitEnvironment();
  const safe = {
    ...env,
    GIT_ALLOW_PROTOCOL: env['GIT_ALLOW_PROTOCOL'] ?? PROTOCOLS,
    GIT_SSH_COMMAND: env['GIT_SSH_COMMAND'] ?? 'ssh -oBatchMode=yes',
  };
  const { status, stdout, stderr, error, signal } = spawnSync('git', [...SAFE, ...args], {
    cwd,
    env: safe,
    maxBuffer: LARGEST_OUTPUT,
    input,
  });
  if (error !== undefined) throw gitError(args, error.message, error);
  if (status === null) throw gitError(args, `ended by ${signal ?? 'a signal'}`);
  return { status, stdout, stderr: stderr.toString('utf8') };
}
