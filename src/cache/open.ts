import { join, resolve } from 'node:path';
import type { Content, Digest } from '../core/content.ts';
import type { TreeRow } from '../core/encoding/tree-format.ts';
import { MloError } from '../core/errors/mlo-error.ts';
import { toBytePath, toDisplayPath, toNameBytes, type BytePath } from '../fs/byte-path.ts';
import { hashBytes } from '../fs/hash.ts';
import type { IgnoreRules } from '../fs/ignore.ts';
import { trace } from '../fs/trace.ts';
import { removeOldTemporaries } from '../fs/old-temporaries.ts';
import { openStatIndex } from '../fs/stat-index.ts';
import { graft } from './graft.ts';
import { openJobs } from './workers/open-jobs.ts';
import { CompleteTrees } from './complete-trees.ts';
import { checkout, removeTemporaries } from './checkout/checkout.ts';
import type { ObjectStore } from './objects/object-store.ts';
import { openStore } from './open-store.ts';
import type { Node } from './scan/node.ts';
import { openRunCache } from './run-cache.ts';
import { rowContent, TreeObjects } from './tree-objects.ts';
import { localObjects } from './transfer.ts';
import { streamObject } from './stream-object.ts';
import type { Cache, CommitOptions, LinkType, ObserveOptions, TreeEntry } from './types.ts';
import { realPath, type WorkspaceContext } from './workspace/context.ts';
import { detach } from './workspace/detach.ts';
import { observedNode } from './workspace/observed.ts';
import { followed, readPath, type ReadOptions } from './workspace/read-path.ts';
import { linksToObjects } from './workspace/links-to-objects.ts';
import { replaceByLinks } from './workspace/relink.ts';

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
  /** Nobody else deletes objects while the cache is open (`sharedAccess`): then it is remembered what was found complete. */
  readonly hasLease?: boolean;
  /** What does not belong to any folder. */
  readonly ignore?: IgnoreRules;
}

/** The file-system adapter of the object store. Opens nothing until it is needed. */
export function openCache(options: CacheOptions): Cache {
  const cacheDir = resolve(options.cacheDir);
  const link = options.link ?? ['reflink', 'copy'];
  const readOnly = options.readOnly ?? false;
  const { store, journal, loose } = openStore({ cacheDir, readOnly });
  const complete = new CompleteTrees(join(options.stateDir, 'complete-trees'), cacheDir, options.hasLease ?? false);
  const trees = new TreeObjects(store, complete);
  const runs = openRunCache(journal);
  const context = workspaceContext(options, store, trees, complete, link);
  const { index, jobs } = context;

  function checkWritable(): void {
    if (readOnly) throw new Error('This cache was opened read-only');
  }

  /** Trees count as complete from when their last object was handed over; where that did not get to the disk, they are not. */
  async function sealAll(): Promise<void> {
    try {
      await jobs.seal();
      store.push();
    } catch (error) {
      complete.forget();
      throw error;
    }
  }

  async function flush(): Promise<void> {
    await loose.flush();
    await jobs.flush();
    await store.packs.flush();
    await journal.flush();
  }

  async function look(path: string, lookOptions: ObserveOptions): Promise<Node | undefined> {
    const start = lookOptions.follow === true ? followed(absolute(path)) : absolute(path);
    if (start === undefined) return undefined;
    const { follow = false, anything = false, onLink } = lookOptions;
    return await readPath(context, start, {
      ...readOptions(lookOptions, false),
      follow,
      anything,
      ...(onLink === undefined ? {} : { onLink }),
    });
  }

  return {
    observe: async (path, observeOptions = {}) => (await look(path, observeOptions))?.content,

    async observeEntries(path, observeOptions = {}) {
      const node = await look(path, observeOptions);
      return node === undefined ? undefined : observedNode(node);
    },

    async commit(path, commitOptions = {}) {
      checkWritable();
      let node: Node | undefined;
      try {
        node = await readPath(context, absolute(path), readOptions(commitOptions, true));
      } catch (error) {
        // A thread may have ended with what it was to store.
        complete.forget();
        throw error;
      } finally {
        // What was stored before an error is there for the next attempt.
        await sealAll();
      }
      if (node === undefined) throw nothingThere(path);
      removeTemporaries(absolute(path), node);
      if (linksToObjects(link)) {
        // Where a link takes the place of a file, what the store has of it is all there is.
        await flush();
        await replaceByLinks(context, absolute(path), node);
      }
      return node.content;
    },

    async checkout(content, path, checkoutOptions = {}) {
      const chosen = checkoutOptions.link === undefined ? context : { ...context, link: checkoutOptions.link };
      try {
        return await checkout(chosen, content, absolute(path), checkoutOptions);
      } catch (error) {
        if (error instanceof MloError && error.code === 'MLO_OBJECT_MISSING') complete.forget();
        throw error;
      }
    },

    has: (content) => trees.missing(content).length === 0,

    detach: (path, detachOptions = {}) => detach(context, absolute(path), detachOptions),

    readTree: (digest) => trees.rowsOnce(digest).map((row): TreeEntry => ({ ...row, name: toNameBytes(row.name) })),

    subContent(content, path) {
      let found: Content | undefined = content;
      for (const name of path.split('/')) {
        if (found?.kind !== 'tree') return undefined;
        const row: TreeRow | undefined = trees.rows(found.digest).find((each) => each.name === toBytePath(name));
        found = row === undefined ? undefined : rowContent(row);
      }
      return found;
    },

    graft(tree, changes, { store: keeps = true } = {}) {
      if (keeps) checkWritable();
      const grafted = graft(
        { rows: (digest) => trees.rows(digest), put: (digest, bytes) => (keeps ? store.put(digest, bytes) : undefined) },
        tree,
        changes,
      );
      if (keeps) store.push();
      return grafted;
    },

    stream: (content) => streamObject(store, content),

    objects: localObjects(store, complete),

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
      all: () => runs.all(),
      add(key, entry) {
        checkWritable();
        runs.add(key, entry);
      },
    },

    flush,

    async close() {
      jobs.close();
      await loose.flush();
      await jobs.flush();
      if (await journal.close(store.packs)) removeOldTemporaries(toBytePath(loose.folder));
      store.packs.close();
      trace('save index', () => index.save());
      complete.save();
    },
  };
}

function workspaceContext(
  options: CacheOptions,
  store: ObjectStore,
  trees: TreeObjects,
  complete: CompleteTrees,
  link: readonly LinkType[],
): WorkspaceContext {
  const root = toBytePath(resolve(options.root));
  const index = openStatIndex(join(options.stateDir, 'stat-index'), root);
  return {
    root,
    realRoot: realPath(options.root),
    store,
    trees,
    complete,
    index,
    jobs: openJobs({ cacheDir: resolve(options.cacheDir), root, store, index, ignore: options.ignore }),
    link,
    abilities: { reflink: true, reflinkTried: false },
    cleaned: new Set(),
    ...(options.ignore === undefined ? {} : { ignore: options.ignore }),
  };
}

function absolute(path: string): BytePath {
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
