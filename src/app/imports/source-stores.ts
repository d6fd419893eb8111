import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { Cache } from '../../cache/types.ts';
import type { Content, Digest } from '../../core/content.ts';
import type { RemoteSetting } from '../../core/config/remote-settings.ts';
import { parseRemotes, type RemoteValues } from '../../core/config/remotes.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { hashBytes } from '../../fs/hash.ts';
import { checkFormat } from '../../remote/format/remote-format.ts';
import { IndexSet } from '../../remote/index-set.ts';
import { openRemote } from '../../remote/open-remote.ts';
import { fetchLatest } from '../../remote/pull/fetch-latest.ts';
import type { RemoteSettings } from '../../remote/settings.ts';
import { byteProgress } from '../progress.ts';
import { openProject, type Project } from '../project.ts';
import { isLocal, loadRemotes, settingsOf } from '../remotes/load-remotes.ts';
import { isHere } from '../transfer/is-here.ts';
import { copyObjects } from './copy-objects.ts';

/** Where the bytes of another project may be: its own cache where it is on this machine, then its remotes. */
export interface SourceStores {
  /** Folder of the project, on this machine. */
  readonly folder?: string;
  /** Text of its committed configuration. */
  readonly config: string | undefined;
}

export interface BroughtObjects {
  /** That came, from wherever. */
  readonly files: number;
  readonly bytes: number;
}

const JOBS = 8;

/** Of a configuration that somebody else has written: nothing that names files or keys of this machine. */
const TAKEN: readonly RemoteSetting[] = ['url', 'endpoint', 'region', 'path_style', 'checksums'];

/** Brings contents into the cache of the project, every byte verified. Throws MLO_OBJECT_MISSING where no place has all of them. */
export async function bringFromStores(
  project: Project,
  contents: readonly Content[],
  stores: SourceStores,
  label: string,
): Promise<BroughtObjects> {
  const cache = await project.cache();
  const came = { files: 0, bytes: 0 };
  const problems: string[] = [];
  const isMissing = (content: Content): boolean => !isHere(cache, content);
  if (contents.some(isMissing) && stores.folder !== undefined) {
    const copied = await copyFromCache(project, cache, contents.filter(isMissing), stores.folder);
    came.files += copied.files;
    came.bytes += copied.bytes;
  }
  for (const settings of contents.some(isMissing) ? await remotesOf(project, stores) : []) {
    const wanted = contents.filter(isMissing);
    if (wanted.length === 0) break;
    try {
      const fetched = await fetchFrom(project, cache, wanted, settings, label);
      came.files += fetched.files;
      came.bytes += fetched.bytes;
    } catch (error) {
      if (!(error instanceof MloError) || error.code === 'MLO_INTERRUPTED') throw error;
      problems.push(error.message);
    }
  }
  await cache.flush();
  if (!contents.some(isMissing)) return came;
  const why = problems.length === 0 ? '' : `: ${problems.join('; ')}`;
  throw new MloError('MLO_OBJECT_MISSING', `Not all of ${label} could be had: neither a cache nor a remote of that project has it${why}`, {
    hint: 'Where the data is: mlo push',
  });
}

async function copyFromCache(project: Project, into: Cache, contents: readonly Content[], folder: string): Promise<BroughtObjects> {
  const other = await openProject({ ...project.ctx, cwd: folder, readOnly: true, ownCache: false, emit: () => {} });
  try {
    return await copyObjects(await other.cache(), into, contents, project.ctx.signal);
  } finally {
    await other.close();
  }
}

/** The default one first. */
async function remotesOf(project: Project, { folder, config }: SourceStores): Promise<readonly RemoteSettings[]> {
  const { env } = project.ctx;
  if (folder !== undefined) {
    const { remotes, chosen } = await loadRemotes(folder, env);
    const sorted = [...remotes].sort((a, b) => Number(b.name === chosen) - Number(a.name === chosen));
    return sorted.filter(({ values }) => values.url !== undefined).map((remote) => settingsOf(folder, env, remote));
  }
  if (config === undefined) return [];
  const { remotes, chosen } = parseRemotes('.mlo/config.yaml', config, true);
  const names = Object.keys(remotes).sort((a, b) => Number(b === chosen) - Number(a === chosen));
  return names.flatMap((name) => {
    const values = taken(remotes[name] ?? {});
    const { url } = values;
    // A path relative to a folder that is not on this machine leads nowhere.
    if (typeof url !== 'string' || (isLocal(url) && !isAbsolute(url))) return [];
    return [settingsOf('/', env, { name, values, origins: {} })];
  });
}

function taken(values: RemoteValues): RemoteValues {
  return Object.fromEntries(TAKEN.flatMap((key) => (values[key] === undefined ? [] : [[key, values[key]]])));
}

async function fetchFrom(
  project: Project,
  cache: Cache,
  wanted: readonly Content[],
  settings: RemoteSettings,
  label: string,
): Promise<BroughtObjects> {
  const { signal, emit } = project.ctx;
  const remote = await openRemote(settings, signal);
  try {
    if (!(await checkFormat(remote))) return { files: 0, bytes: 0 };
    const id = hashBytes(JSON.stringify([settings.url, settings.endpoint ?? ''])).slice(0, 16);
    const indexFolder = join(project.stateDir, 'remotes', id);
    const index = await IndexSet.load(remote, indexFolder);
    const total = wanted.reduce((sum, { size }) => sum + size, 0);
    const onProgress = byteProgress(emit, 'fetch', label, total);
    return await fetchLatest(wanted, { remote, index, indexFolder, local: cache.objects, jobs: JOBS, signal, onProgress });
  } finally {
    remote.close();
  }
}

/**
 * What lies at a path in a tree, of which only the trees on the way are fetched. Undefined where it has no such path.
 * Throws as `bringFromStores`.
 */
export async function contentInside(
  project: Project,
  tree: Content,
  path: string,
  stores: SourceStores,
  label: string,
): Promise<Content | undefined> {
  const cache = await project.cache();
  const names = path.split('/');
  let at: Content | undefined = tree;
  for (const name of names) {
    if (at?.kind !== 'tree') return undefined;
    // As a file: what is below it does not come along.
    if (cache.objects.sizeOf(at.digest) === undefined) await bringTree(project, cache, at.digest, stores, label);
    at = cache.subContent(at, name);
  }
  return at;
}

async function bringTree(project: Project, cache: Cache, digest: Digest, stores: SourceStores, label: string): Promise<void> {
  const { folder } = stores;
  if (folder !== undefined) {
    const other = await openProject({ ...project.ctx, cwd: folder, readOnly: true, emit: () => {} });
    try {
      const theirs = await other.cache();
      if (theirs.objects.sizeOf(digest) !== undefined) return void cache.putBytes(theirs.readBytes(digest));
    } finally {
      await other.close();
    }
  }
  for (const settings of await remotesOf(project, stores)) {
    await fetchFrom(project, cache, [{ digest, size: -1, kind: 'file' }], settings, label).catch((error: unknown) => {
      if (!(error instanceof MloError) || error.code === 'MLO_INTERRUPTED') throw error;
    });
    if (cache.objects.sizeOf(digest) !== undefined) return;
  }
  throw new MloError('MLO_OBJECT_MISSING', `What is in ${label} is not known: neither a cache nor a remote of that project has it`, {
    hint: 'Where the data is: mlo push',
  });
}

/** Where the project of a repository on this machine lies; undefined where there is none (a bare repository). */
export function folderOfProject(folder: string | undefined, top: string): string | undefined {
  if (folder === undefined) return undefined;
  const found = join(folder, top);
  return existsSync(join(found, '.mlo')) ? found : undefined;
}
