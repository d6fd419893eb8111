import { existsSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MloError } from '../../core/errors/mlo-error.ts';
import { hashBytes } from '../../fs/hash.ts';
import { checkRepositoryAddress, openSourceRepository, type SourceRepository } from '../../fs/source-repository.ts';
import type { AppContext } from '../types.ts';

export interface OpenedRepository {
  readonly repository: SourceRepository;
  /** As typed. */
  readonly address: string;
  /** Of this machine: its folder, which may have a cache and settings of its own. */
  readonly folder?: string;
  /** Where the address is that of a folder in a repository: which one, with a slash at its end, else ''. What is asked for lies below it. */
  readonly below: string;
}

/** `base`: what relative paths are relative to. Throws MLO_GIT, MLO_USAGE. */
export function openRepository(ctx: AppContext, address: string, base: string): OpenedRepository {
  checkRepositoryAddress(address);
  const folder = folderOf(address, base);
  const cacheFolder = copiesFolder(ctx.env);
  if (folder === undefined) {
    const copy = join(cacheFolder, `${hashBytes(address).slice(0, 16)}.git`);
    return { address, below: '', repository: openSourceRepository(address, { cacheFolder: copy, isLocal: false }) };
  }
  const top = topAround(folder);
  const below = top === folder ? '' : `${relative(top, folder).split(sep).join('/')}/`;
  return { address, folder: top, below, repository: openSourceRepository(top, { cacheFolder, isLocal: true }) };
}

/** Undefined where it is no path. */
function folderOf(address: string, base: string): string | undefined {
  if (address.startsWith('file://')) return existing(fileURLToPath(address), address);
  return isPath(address) ? existing(isAbsolute(address) ? address : resolve(base, address), address) : undefined;
}

/** A project may lie in a folder of its repository. A bare repository has no `.git`, but `HEAD`; where there is no repository at all, Git says so. */
function topAround(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git')) || (existsSync(join(at, 'HEAD')) && existsSync(join(at, 'objects')))) return at;
    if (at === dirname(at)) return folder;
  }
}

function existing(path: string, address: string): string {
  if (existsSync(path)) return realpathSync(path);
  throw new MloError('MLO_GIT', `There is no repository at ${address}`, { hint: 'Check the path.' });
}

function copiesFolder(env: AppContext['env']): string {
  const caches = env['XDG_CACHE_HOME'] ?? (env['HOME'] === undefined ? undefined : join(env['HOME'], '.cache'));
  if (caches === undefined || caches === '')
    throw new MloError('MLO_CONFIG', 'There is no place for copies of repositories: neither XDG_CACHE_HOME nor HOME is set', {
      hint: 'export HOME=…',
    });
  return join(caches, 'mlo', 'repositories');
}

/** As it is kept in a pointer: paths that were typed as relative ones relative to the project (or `absolute`). */
export function repositoryToKeep(root: string, cwd: string, typed: string, absolute = false): string {
  checkRepositoryAddress(typed);
  if (!isPath(typed) || isAbsolute(typed)) return typed;
  const path = resolve(cwd, typed);
  return absolute ? path : relative(root, path) || '.';
}

/** Neither a URL nor `user@host:path`. */
function isPath(address: string): boolean {
  return isAbsolute(address) || /^\.{1,2}(\/|$)/.test(address) || !/^[^/]*:/.test(address);
}
