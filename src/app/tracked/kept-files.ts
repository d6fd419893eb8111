import type { Cache } from '../../cache/types.ts';
import type { Content, Digest } from '../../core/content.ts';
import type { ProjectPath } from '../../core/stage.ts';
import { isAtOrBelow } from '../paths.ts';
import type { TrackedContent } from './tracked-state.ts';

type Kept = Pick<TrackedContent, 'path' | 'content'>;

/** Files of what mlo keeps at one state of the project, read from the cache. Throws MLO_OBJECT_MISSING, MLO_OBJECT_CORRUPT. */
export class KeptFiles<Each extends Kept = Kept> {
  readonly #contents: readonly Each[];
  readonly #cache: Cache;

  constructor(contents: readonly Each[], cache: Cache) {
    this.#contents = contents;
    this.#cache = cache;
  }

  /** The tracked path that has the file: itself, or the folder that it is in. */
  keeperOf(path: ProjectPath): Each | undefined {
    return this.#contents.find((each) => isAtOrBelow(path, each.path));
  }

  contentAt(path: ProjectPath): Content | undefined {
    const of = this.keeperOf(path);
    if (of === undefined || path === of.path) return of?.content;
    return this.#cache.subContent(of.content, path.slice(of.path.length + 1));
  }

  /** The file itself, or all files below a folder; empty where nothing is kept. */
  filesAt(path: ProjectPath): readonly ProjectPath[] {
    const content = this.contentAt(path);
    if (content !== undefined) return content.kind === 'tree' ? this.#filesBelow(content.digest, path) : [path];
    return this.#contents.filter((each) => isAtOrBelow(each.path, path)).flatMap((each) => this.filesAt(each.path));
  }

  /** Undefined where no file is kept. */
  readBytes(path: ProjectPath): Buffer | undefined {
    const content = this.contentAt(path);
    return content?.kind === 'file' ? this.#cache.readBytes(content.digest) : undefined;
  }

  #filesBelow(tree: Digest, folder: ProjectPath): readonly ProjectPath[] {
    return this.#cache.readTree(tree).flatMap((entry) => {
      const path = `${folder}/${entry.name.toString('utf8')}`;
      if (entry.type === 'tree') return this.#filesBelow(entry.digest, path);
      return entry.type === 'symlink' ? [] : [path];
    });
  }
}
