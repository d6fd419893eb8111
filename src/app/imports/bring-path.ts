import type { Cache } from '../../cache/types.ts';
import type { Content } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import type { SourceEntry } from '../../fs/source-repository.ts';
import type { Project } from '../project.ts';
import { checkKeys } from './check-keys.ts';
import { treeOf } from './bring-url.ts';
import { refuseGitFolders } from './refuse-git-folders.ts';
import { findInRepository } from './find-in-repository.ts';
import type { OpenedRepository } from './open-repository.ts';
import { bringFromStores, contentInside, folderOfProject, type BroughtObjects } from './source-stores.ts';

export interface FoundPath {
  readonly content: Content;
  /** Brings what is not here yet. */
  bring(): Promise<BroughtObjects>;
}

/** What lies at a path of another project at one commit, as content. Its bytes come with `bring`; files of Git are in the cache already. */
export async function findPathIn(project: Project, opened: OpenedRepository, commit: string, path: string): Promise<FoundPath> {
  const { repository, address, below } = opened;
  const { found, top, config } = findInRepository(repository, commit, path, below);
  const folder = folderOfProject(opened.folder, top);
  const stores = { config, ...(folder === undefined ? {} : { folder }) };
  const label = `'${path}' of ${address}`;
  const cache = await project.cache();
  if (found.kind === 'file') {
    const content = storeBlobs(project, cache, opened, new Map([['', found.entry]])).get('');
    if (content === undefined) throw new MloError('MLO_FILE_TYPE', `${label} is a symlink`, { hint: 'Name what it leads to.' });
    return { content, bring: async () => await Promise.resolve({ files: 1, bytes: content.size }) };
  }
  if (found.kind === 'kept') {
    const { content: whole, inside } = found;
    const content = inside === undefined ? whole : await contentInside(project, whole, inside, stores, label);
    if (content === undefined)
      throw new MloError('MLO_TARGET', `There is no ${label} at commit ${commit.slice(0, 12)}`, { hint: 'Check the path.' });
    return {
      content,
      bring: async () => {
        const brought = await bringFromStores(project, [content], stores, label);
        refuseGitFolders(cache, content, label);
        return brought;
      },
    };
  }
  checkKeys(label, [...found.files.keys(), ...found.kept.keys()]);
  const plain = storeBlobs(project, cache, opened, found.files);
  const content = treeOf(cache, new Map([...plain, ...found.kept]));
  return {
    content,
    bring: async () => {
      const brought = await bringFromStores(project, [...found.kept.values()], stores, label);
      refuseGitFolders(cache, content, label);
      return { files: brought.files + plain.size, bytes: brought.bytes };
    },
  };
}

/** Without symlinks, with a warning. */
function storeBlobs(
  project: Project,
  cache: Cache,
  { repository, address }: OpenedRepository,
  entries: ReadonlyMap<string, SourceEntry>,
): ReadonlyMap<string, Content> {
  const files = [...entries].filter(([, { type }]) => type !== 'symlink');
  const links = entries.size - files.length;
  if (links > 0) project.ctx.emit({ type: 'warning', message: `${links} symlinks of ${address} are left out` });
  const blobs = repository.blobs(files.map(([, { id }]) => id));
  return new Map(
    files.map(([name, { type }], index) => {
      const content = cache.putBytes(blobs[index] as Buffer);
      return [name, type === 'exec' ? { ...content, mode: 'exec' } : content];
    }),
  );
}
