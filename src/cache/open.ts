import { join, resolve } from 'node:path';
import type { Content, Digest } from '../core/content.ts';
import type { TreeRow } from '../core/encoding/tree-format.ts';
import { MloError } from '../core/errors/mlo-error.ts';
import { toBytePath, toDisplayPath, toNameBytes } from '../fs/byte-path.ts';
import { hashBytes } from '../fs/hash.ts';
import type { IgnoreRules } from '../fs/ignore.ts';
import { removeOldTemporaries } from '../fs/old-temporaries.ts';
import { openStatIndex } from '../fs/stat-index.ts';
import { checkout } from './checkout/checkout.ts';
import { Journal } from './journal/journal.ts';
import { corruptFolder } from './objects/corrupt-folder.ts';
import { LooseObjects } from './objects/loose-objects.ts';
import { ObjectStore } from './objects/object-store.ts';
import { openRunCache } from './run-cache.ts';
import { rowContent, TreeObjects } from './tree-objects.ts';
import type { Cache, CommitOptions, LinkType, TreeEntry } from './types.ts';
import { realPath, type WorkspaceContext } from './workspace/context.ts';
import { detach } from './workspace/detach.ts';
import { followed, readPath, type ReadOptions } from './workspace/read-path.ts';
import { linksToObjects, replaceByLink } from './workspace/relink.ts';

export interface CacheOptions {
  /** Where objects are kept; may be shared by projects. */
  readonly cacheDir: string;
  /** Disposable state of this project: the stat index. */
  readonly stateDir: string;
  /** Folder of the project; nothing outside it is ever written. */
  readonly root: string;
  /** How files come into the workspace: the first that works. Default reflink, copy. */
  readonly link?: readonly LinkType[];
  /** Nothing is stored, and broken objects stay where they are. */
  readonly readOnly?: boolean;
  /** What does not belong to any folder. */
  readonly ignore?: IgnoreRules;
}

/** The file-system adapter of the object store. Opens nothing until it is needed. */
export function openCache(options: CacheOptions): Cache {
  const cacheDir = resolve(options.cacheDir);
  const link = options.link ?? ['reflink', 'copy'];
  const readOnly = options.readOnly ?? false;
  const corrupt = corruptFolder(join(cacheDir, 'corrupt'));
  const journal = new Journal(join(cacheDir, 'journal'), corrupt);
  const loose = new LooseObjects(join(cacheDir, 'objects'), corrupt);
  const store = new ObjectStore({ journal, loose, everythingLoose: linksToObjects(link), readOnly });
  const trees = new TreeObjects(store);
  const runs = openRunCache(journal);
  const context = workspaceContext(options, store, trees, link);
  const { index } = context;

  function checkWritable(): void {
    if (readOnly) throw new Error('This cache was opened read-only');
  }

  return {
    async observe(path, observeOptions = {}) {
      const start = observeOptions.follow === true ? followed(absolute(path)) : absolute(path);
      if (start === undefined) return undefined;
      const { follow = false, anything = false, onLink } = observeOptions;
      const read = { ...readOptions(observeOptions, false), follow, anything, ...(onLink === undefined ? {} : { onLink }) };
      return (await readPath(context, start, read))?.content;
    },

    async commit(path, commitOptions = {}) {
      checkWritable();
      const node = await readPath(context, absolute(path), {
        ...readOptions(commitOptions, true),
        ...(linksToObjects(link) ? { onStored: (file, stored) => replaceByLink(context, file, stored) } : {}),
      });
      if (node === undefined) throw nothingThere(path);
      store.push();
      return node.content;
    },

    async checkout(content, path, checkoutOptions = {}) {
      const chosen = checkoutOptions.link === undefined ? context : { ...context, link: checkoutOptions.link };
      return await checkout(chosen, content, absolute(path), checkoutOptions);
    },

    has: (content) => trees.missing(content).length === 0,

    detach: (path) => detach(context, absolute(path)),

    readTree: (digest) => trees.rows(digest).map((row): TreeEntry => ({ ...row, name: toNameBytes(row.name) })),

    subContent(content, path) {
      let found: Content | undefined = content;
      for (const name of path.split('/')) {
        if (found?.kind !== 'tree') return undefined;
        const row: TreeRow | undefined = trees.rows(found.digest).find((each) => each.name === toBytePath(name));
        found = row === undefined ? undefined : rowContent(row);
      }
      return found;
    },

    readBytes: (digest: Digest) => store.read(digest),

    putBytes(bytes) {
      checkWritable();
      const digest = hashBytes(bytes);
      store.put(digest, bytes);
      store.push();
      return { digest, size: bytes.length, kind: 'file' };
    },

    runs: {
      find: (key) => runs.find(key),
      add(key, entry) {
        checkWritable();
        runs.add(key, entry);
      },
    },

    async flush() {
      await loose.flush();
      await journal.flush();
    },

    async close() {
      await loose.flush();
      if (await journal.close()) removeOldTemporaries(loose.folder);
      index.save();
    },
  };
}

function workspaceContext(options: CacheOptions, store: ObjectStore, trees: TreeObjects, link: readonly LinkType[]): WorkspaceContext {
  const root = toBytePath(resolve(options.root));
  return {
    root,
    realRoot: realPath(options.root),
    store,
    trees,
    index: openStatIndex(join(options.stateDir, 'stat-index'), root),
    link,
    abilities: { reflink: true },
    cleaned: new Set(),
    ...(options.ignore === undefined ? {} : { ignore: options.ignore }),
  };
}

function absolute(path: string): string {
  return toBytePath(resolve(path));
}

function readOptions(options: CommitOptions, store: boolean): ReadOptions {
  return {
    store,
    anything: false,
    includeIgnored: options.includeIgnored ?? false,
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  };
}

function nothingThere(path: string): MloError {
  return new MloError(
    'MLO_SOURCE_CHANGED',
    `Nothing lies at ${toDisplayPath(toBytePath(path))}: it disappeared before it could be stored`,
    {
      hint: 'Run the command again',
      details: { path },
    },
  );
}
