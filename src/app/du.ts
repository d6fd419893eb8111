import type { Cache } from '../cache/types.ts';
import type { Content, Digest } from '../core/content.ts';
import { MloError } from '../core/errors/mlo-error.ts';
import { isAtOrBelow } from './paths.ts';
import { withProject, type Project } from './project.ts';
import { isUnreadable } from './tracked/diff-nodes.ts';
import { findPath, type Place } from './tracked/find-path.ts';
import { contentOf } from './tracked/missing-files.ts';
import { trackedState } from './tracked/tracked-state.ts';
import type { AppContext } from './types.ts';

export interface DuOptions {
  /** Paths, or `path@revision`. Default: everything that mlo keeps, a row each. */
  readonly paths: readonly string[];
  readonly rev?: string;
}

/** Sizes in bytes, without what the file system or a pack adds or compression saves. */
interface Usage {
  readonly size: number;
  readonly files: number;
  /** Equal files counted once. */
  readonly uniqueSize: number;
  readonly uniqueFiles: number;
}

export interface DuData {
  readonly rows: readonly (Usage & { readonly path: string; readonly rev: string })[];
  /** Files that several rows share are counted once in its unique numbers. */
  readonly total: Usage;
  /** Trees that the cache does not have: their files are in `size` and `files`, and not in the unique numbers. */
  readonly unread: readonly { readonly path: string; readonly digest: string }[];
}

/** How much data there is, with and without counting equal files again. */
export async function du(ctx: AppContext, options: DuOptions): Promise<DuData> {
  return await withProject(ctx, async (project) => {
    const cache = await project.cache();
    const unread = new Map<string, DuData['unread'][number]>();
    const all = new Sum(cache, unread);
    const rows = [];
    for (const { path, rev, contents } of await measured(project, options)) {
      const sum = new Sum(cache, unread);
      for (const each of contents) {
        sum.add(each, path);
        all.add(each, path);
      }
      rows.push({ path, rev, ...sum.usage() });
    }
    return { rows, total: all.usage(), unread: [...unread.values()] };
  });
}

interface Measured {
  readonly path: string;
  readonly rev: string;
  readonly contents: readonly Content[];
}

async function measured(project: Project, { paths, rev }: DuOptions): Promise<readonly Measured[]> {
  if (paths.length === 0) {
    const { label, contents } = await trackedState(project, rev);
    return contents.map(({ path, content }) => ({ path, rev: label, contents: [content] }));
  }
  const found: Measured[] = [];
  for (const typed of paths) {
    const place = await findPath(project, typed, rev);
    found.push({ path: place.found.path, rev: place.state.label, contents: contentsAt(place) });
  }
  return found;
}

/** Of a folder of the project, what mlo keeps in it; Git's own files are not looked at. */
function contentsAt({ state, found }: Place): readonly Content[] {
  if (found.kind === 'kept') return [found.content];
  if (found.kind === 'plain') {
    throw new MloError('MLO_TARGET', `'${found.path}' is nothing that mlo keeps at ${state.label}`, {
      hint: 'mlo du without paths shows all that it keeps',
    });
  }
  return state.contents.flatMap(({ path, content }) => (isAtOrBelow(path, found.path) ? [content] : []));
}

class Sum {
  readonly #cache: Cache;
  readonly #unread: Map<string, DuData['unread'][number]>;
  readonly #trees = new Set<Digest>();
  readonly #files = new Set<Digest>();
  #size = 0;
  #count = 0;
  #uniqueSize = 0;

  constructor(cache: Cache, unread: Map<string, DuData['unread'][number]>) {
    this.#cache = cache;
    this.#unread = unread;
  }

  add(content: Content, path: string): void {
    if (content.kind !== 'symlink') {
      this.#size += content.size;
      this.#count += content.kind === 'tree' ? (content.files ?? 0) : 1;
    }
    this.#unique(content, path);
  }

  usage(): Usage {
    return { size: this.#size, files: this.#count, uniqueSize: this.#uniqueSize, uniqueFiles: this.#files.size };
  }

  #unique(content: Content, path: string): void {
    const { digest, kind, size } = content;
    if (kind === 'symlink') return;
    const seen = kind === 'tree' ? this.#trees : this.#files;
    if (seen.has(digest)) return;
    seen.add(digest);
    if (kind === 'file') this.#uniqueSize += size;
    else for (const row of this.#rows(digest, path)) this.#unique(contentOf(row), `${path}/${row.name.toString('utf8')}`);
  }

  #rows(digest: Digest, path: string): ReturnType<Cache['readTree']> {
    try {
      return this.#cache.readTree(digest);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      this.#unread.set(digest, { path, digest });
      return [];
    }
  }
}
