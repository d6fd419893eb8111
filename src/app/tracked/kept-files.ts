import { relative } from 'node:path';
import type { Cache } from '../../cache/types.ts';
import type { Content, Digest } from '../../core/content.ts';
import { isLostObject } from '../../core/errors/lost-object.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { given } from '../../core/given.ts';
import type { ProjectPath } from '../../core/stage.ts';
import { shellWord } from '../../core/text/shell-word.ts';
import { absolutePath, isAtOrBelow } from '../paths.ts';
import type { Project } from '../project.ts';

interface Kept {
  readonly path: ProjectPath;
  readonly content: Content;
  /** true: no remote has it. */
  readonly stays?: boolean;
}

/** Files of what mlo keeps at a revision, read from the cache. Throws MLO_OBJECT_MISSING (the hint says how to get it), MLO_OBJECT_CORRUPT. */
export class KeptFiles {
  readonly #project: Project;
  readonly #revision: string;
  readonly #contents: readonly Kept[];
  readonly #cache: Cache;

  constructor(project: Project, revision: string, contents: readonly Kept[], cache: Cache) {
    this.#project = project;
    this.#revision = revision;
    this.#contents = contents;
    this.#cache = cache;
  }

  has(path: ProjectPath): boolean {
    return this.#orLost(path, () => this.#contentAt(path)) !== undefined;
  }

  /** The file itself, or all files below a folder; empty where nothing is kept. */
  filesAt(path: ProjectPath): readonly ProjectPath[] {
    const content = this.#orLost(path, () => this.#contentAt(path));
    if (content?.kind === 'tree') return this.#orLost(path, () => this.#filesBelow(content.digest, path));
    if (content !== undefined) return [path];
    return this.#contents.filter((each) => isAtOrBelow(each.path, path)).flatMap((each) => this.filesAt(each.path));
  }

  /** Undefined where no file is kept. */
  readBytes(path: ProjectPath): Buffer | undefined {
    return this.#orLost(path, () => {
      const content = this.#contentAt(path);
      return content?.kind === 'file' ? this.#cache.readBytes(content.digest) : undefined;
    });
  }

  #keeperOf(path: ProjectPath): Kept | undefined {
    return this.#contents.find((each) => isAtOrBelow(path, each.path));
  }

  #contentAt(path: ProjectPath): Content | undefined {
    const of = this.#keeperOf(path);
    if (of === undefined || path === of.path) return of?.content;
    return this.#cache.subContent(of.content, path.slice(of.path.length + 1));
  }

  #filesBelow(tree: Digest, folder: ProjectPath): readonly ProjectPath[] {
    return this.#cache.readTree(tree).flatMap((entry) => {
      const path = `${folder}/${entry.name.toString('utf8')}`;
      if (entry.type === 'tree') return this.#filesBelow(entry.digest, path);
      return entry.type === 'symlink' ? [] : [path];
    });
  }

  #orLost<T>(path: ProjectPath, look: () => T): T {
    try {
      return look();
    } catch (error) {
      throw isLostObject(error) ? this.#lost(path, error) : error;
    }
  }

  #lost(path: ProjectPath, error: MloError): MloError {
    const keeper = this.#keeperOf(path);
    const typed = relative(this.#project.ctx.cwd, absolutePath(this.#project.root, keeper?.path ?? path)) || '.';
    const fetch = `mlo fetch --rev ${shellWord(this.#revision)} ${shellWord(typed)}`;
    const isElsewhere = error.code === 'MLO_OBJECT_MISSING' && keeper?.stays !== true;
    const hint = isElsewhere ? `\`${fetch}\` brings it from a remote; \`mlo verify --repair\` looks for another copy` : error.hint;
    return new MloError(error.code, `'${path}' of revision ${this.#revision} cannot be read: ${error.message}`, {
      ...given({ hint }),
      details: { ...error.details, path, revision: this.#revision },
      cause: error,
    });
  }
}
