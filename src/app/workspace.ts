import type { Cache } from '../cache/types.ts';
import type { Emit } from '../core/events.ts';
import type { Content } from '../core/content.ts';
import type { OutIndex } from '../core/graph/graph.ts';
import type { ProjectPath, Stage } from '../core/stage.ts';
import { absolutePath } from './paths.ts';
import { byteProgress } from './progress.ts';

/** What lies at the paths that stages read and write; each path is looked at once, and again when told. */
export class Workspace {
  readonly contents = new Map<ProjectPath, Content | undefined>();
  readonly #root: string;
  readonly #cache: Cache;
  readonly #emit: Emit;
  readonly #outs: OutIndex;

  constructor(root: string, cache: Cache, emit: Emit, outs: OutIndex) {
    this.#outs = outs;
    this.#root = root;
    this.#cache = cache;
    this.#emit = emit;
  }

  async observe(stages: readonly Stage[]): Promise<void> {
    for (const path of pathsOf(stages)) if (!this.contents.has(path)) await this.look(path);
  }

  async look(path: ProjectPath): Promise<Content | undefined> {
    const content = await this.#cache.observe(absolutePath(this.#root, path), {
      onProgress: byteProgress(this.#emit, 'hash', path),
      follow: this.#isOnlyRead(path),
    });
    this.contents.set(path, content);
    return content;
  }

  /** What stages write is kept as it is, links too; what is only read counts by the bytes that are read. */
  #isOnlyRead(path: ProjectPath): boolean {
    return this.#outs.touching(path).length === 0;
  }

  /** The deps and outs of a stage as they are now. */
  async refresh(stage: Stage): Promise<void> {
    for (const path of pathsOf([stage])) await this.look(path);
  }
}

function pathsOf(stages: readonly Stage[]): ReadonlySet<ProjectPath> {
  const paths = new Set<ProjectPath>();
  for (const stage of stages) {
    for (const dep of stage.deps) paths.add(dep.path);
    for (const out of stage.outs) paths.add(out.path);
  }
  return paths;
}
