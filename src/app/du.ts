import { DigestTable } from '../cache/inventory/digest-table.ts';
import type { Cache } from '../cache/types.ts';
import type { Content, Digest } from '../core/content.ts';
import { MloError } from '../core/errors/mlo-error.ts';
import { isAtOrBelow } from './paths.ts';
import { lookProgress } from './progress.ts';
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
    const counter = new Counter(cache, lookProgress(ctx.emit, 'data'));
    const rows = (await measured(project, options)).map(({ path, rev, contents }) => ({ path, rev, ...counter.row(contents, path) }));
    return { rows, total: counter.total.usage(), unread: [...counter.unread.values()] };
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

/** Counts each object once for each row, and once for all of them. */
class Counter {
  readonly #cache: Cache;
  readonly #onFiles: (files: number) => void;
  readonly #objects = new DigestTable();
  /** By number in `#objects`: the last row that counted it, from 1 on. */
  readonly #countedIn: number[] = [];
  readonly unread = new Map<string, DuData['unread'][number]>();
  readonly total = new Sum();
  #rows = 0;

  constructor(cache: Cache, onFiles: (files: number) => void) {
    this.#cache = cache;
    this.#onFiles = onFiles;
  }

  row(contents: readonly Content[], path: string): Usage {
    const row = new Sum();
    this.#rows += 1;
    for (const content of contents) {
      row.add(content);
      this.total.add(content);
      this.#unique(content, path, row);
    }
    return row.usage();
  }

  #unique(content: Content, path: string, row: Sum): void {
    const { digest, kind } = content;
    if (kind === 'symlink') return;
    const number = this.#objects.add(Buffer.from(digest, 'hex'));
    const before = this.#countedIn[number];
    if (before === this.#rows) return;
    this.#countedIn[number] = this.#rows;
    if (kind === 'file') {
      row.addUnique(content);
      if (before === undefined) this.total.addUnique(content);
    } else for (const each of this.#rowsOf(digest, path)) this.#unique(contentOf(each), `${path}/${each.name.toString('utf8')}`, row);
  }

  #rowsOf(digest: Digest, path: string): ReturnType<Cache['readTree']> {
    this.#onFiles(this.#objects.count);
    try {
      return this.#cache.readTree(digest);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      this.unread.set(digest, { path, digest });
      return [];
    }
  }
}

class Sum {
  #size = 0;
  #files = 0;
  #uniqueSize = 0;
  #uniqueFiles = 0;

  add({ kind, size, files = 0 }: Content): void {
    if (kind === 'symlink') return;
    this.#size += size;
    this.#files += kind === 'tree' ? files : 1;
  }

  addUnique({ size }: Content): void {
    this.#uniqueSize += size;
    this.#uniqueFiles += 1;
  }

  usage(): Usage {
    return { size: this.#size, files: this.#files, uniqueSize: this.#uniqueSize, uniqueFiles: this.#uniqueFiles };
  }
}
