import { isAbsolute, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MloError } from '../../core/errors/mlo-error.ts';
import { isSafeProjectPath } from '../../core/path/project-path.ts';
import type { UrlReader } from '../../remote/url/port.ts';
import type { RemoteSettings } from '../../remote/settings.ts';
import { findRemote, isLocal, loadRemotes, settingsOf } from '../remotes/load-remotes.ts';
import type { AppContext } from '../types.ts';
import { given } from '../../core/given.ts';

export interface OpenUrlOptions {
  readonly env: AppContext['env'];
  readonly signal?: AbortSignal;
  /** Of the project whose remotes count; absent: none do. */
  readonly root?: string;
  /** S3: of the object. */
  readonly version?: string;
  /** At a request that fails for a reason that may pass; few where nobody should wait long. */
  readonly attempts?: number;
}

/** Opens what a URL names; no connection yet, and the SDK is loaded for S3 only. Throws MLO_USAGE, MLO_REMOTE_UNKNOWN, MLO_CONFIG. */
export async function openUrl(url: string, options: OpenUrlOptions): Promise<UrlReader> {
  const { signal, version } = options;
  if (url.includes('\0')) throw new MloError('MLO_USAGE', 'An address has a NUL character in it', { hint: 'Check the address.' });
  const scheme = schemeOf(url);
  if (scheme === 's3') {
    const found = await settingsForBucket(url, options);
    const { s3UrlReader } = await import('../../remote/url/s3-url-reader.ts');
    return s3UrlReader({
      url,
      ...found,
      ...given({ attempts: options.attempts, version, signal }),
    });
  }
  if (scheme === 'remote') return await openBelowRemote(url, options);
  if (version !== undefined) throw new MloError('MLO_USAGE', `'${url}' has no versions`, { hint: '--version-id is for objects of S3.' });
  if (scheme === 'http' || scheme === 'https') {
    const { httpReader } = await import('../../remote/url/http-reader.ts');
    return httpReader(url, signal, options.attempts);
  }
  if (scheme !== undefined && scheme !== 'file') {
    throw new MloError('MLO_USAGE', `mlo cannot read '${scheme}://' addresses`, {
      hint: 's3://bucket/key, https://host/path, remote://name/path, or a path of this machine',
    });
  }
  const { fileReader } = await import('../../remote/url/file-reader.ts');
  const path = scheme === 'file' ? pathOfFileUrl(url) : url;
  return fileReader(isAbsolute(path) ? path : resolve(options.root ?? '.', path));
}

/** As it is kept in a pointer: paths that were typed as relative ones relative to the project. */
export function urlToKeep(root: string, cwd: string, typed: string): string {
  if (schemeOf(typed) !== undefined || isAbsolute(typed)) return typed;
  return relative(root, resolve(cwd, typed));
}

export function schemeOf(url: string): string | undefined {
  return /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase();
}

interface FoundSettings {
  readonly settings: RemoteSettings;
  readonly isRemote: boolean;
}

/** The settings of the remote in the same bucket whose address says most; else what the environment says of AWS. */
async function settingsForBucket(url: string, { root, env }: OpenUrlOptions): Promise<FoundSettings> {
  const bucket = /^s3:\/\/([^/]*)/i.exec(url)?.[1];
  const { remotes } = root === undefined ? { remotes: [] } : await loadRemotes(root, env);
  const matching = remotes
    .filter(({ values }) => typeof values.url === 'string' && /^s3:\/\/([^/]*)/i.exec(values.url)?.[1] === bucket)
    .sort((a, b) => commonLength(String(b.values.url), url) - commonLength(String(a.values.url), url));
  const [best] = matching;
  if (best !== undefined && root !== undefined) return { settings: settingsOf(root, env, best), isRemote: true };
  return { settings: settingsOf('/', env, { name: 's3', values: { url }, origins: {} }), isRemote: false };
}

function commonLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}

/** `remote://name/path`: what lies at a path below the address of a remote. */
async function openBelowRemote(url: string, options: OpenUrlOptions): Promise<UrlReader> {
  const [, name = '', path = ''] = /^remote:\/\/([^/]*)\/?(.*)$/is.exec(url) ?? [];
  const { root, env, signal, version } = options;
  if (root === undefined)
    throw new MloError('MLO_USAGE', `'${url}' means a remote of a project, and there is none here`, { hint: 'Name the address itself.' });
  const settings = settingsOf(root, env, findRemote((await loadRemotes(root, env)).remotes, name));
  if (path !== '' && !isSafeProjectPath(path.replace(/\/$/, '')))
    throw new MloError('MLO_PATH_UNSAFE', `'${url}' leaves the remote`, { hint: 'Write the path without ..' });
  if (isLocal(settings.url)) {
    const { fileReader } = await import('../../remote/url/file-reader.ts');
    return fileReader(join(settings.url, path));
  }
  const { s3UrlReader } = await import('../../remote/url/s3-url-reader.ts');
  const below = `${settings.url.replace(/\/+$/, '')}/${path}`;
  return s3UrlReader({
    url: below,
    settings,
    isRemote: true,
    ...given({ attempts: options.attempts, version, signal }),
  });
}

function pathOfFileUrl(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw new MloError('MLO_USAGE', `'${url}' names no path of this machine`, { hint: 'file:///absolute/path', cause });
  }
}
