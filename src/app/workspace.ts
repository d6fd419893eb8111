import type { Cache, ObserveOptions } from '../cache/types.ts';
import type { Content } from '../core/content.ts';
import type { Emit } from '../core/events.ts';
import type { OutIndex } from '../core/graph/graph.ts';
import { isUrl } from '../core/pipeline/paths.ts';
import type { ProjectPath, Stage } from '../core/stage.ts';
import { absolutePath } from './paths.ts';
import { byteProgress } from './progress.ts';

/** What lies at URLs now; without those that cannot be looked at, undefined where nothing lies. */
export type LookAtUrls = (urls: readonly string[]) => Promise<ReadonlyMap<string, Content | undefined>>;

interface Observed {
  readonly content: Content | undefined;
  /** Without a single link: as an out and as a dep it is the same. */
  readonly isPlain: boolean;
}

/** Of stages that are not frozen: those are taken as they are. */
function urlDeps(stages: readonly Stage[]): readonly string[] {
  const active = stages.filter((stage) => !stage.frozen);
  return [...new Set(active.flatMap((stage) => stage.deps.flatMap(({ path }) => (isUrl(path) ? [path] : []))))];
}

/**
 * What lies at the paths that stages read and write; each path is looked at once, and again when told.
 * Outs are kept as they are, links too; a dep counts by the bytes that are read, through links.
 */
export class Workspace {
  readonly outs = new Map<ProjectPath, Content | undefined>();
  readonly deps = new Map<ProjectPath, Content | undefined>();
  readonly #root: string;
  readonly #cache: Cache;
  readonly #emit: Emit;
  readonly #index: OutIndex;
  /** Deps without a single link: they are what lies there. */
  readonly #plainDeps = new Set<ProjectPath>();

  /** Commands of stages that run now. */
  #running = 0;
  /** How often a command started or ended so far. */
  #commands = 0;
  /** The value of `#commands` when a dep was last looked at while nothing ran. */
  readonly #lookedAfter = new Map<ProjectPath, number>();

  /** Deps that are URLs and could not be looked at. */
  readonly unreachable = new Set<string>();
  readonly #lookAtUrls: LookAtUrls;

  constructor(root: string, cache: Cache, emit: Emit, index: OutIndex, lookAtUrls: LookAtUrls) {
    this.#lookAtUrls = lookAtUrls;
    this.#root = root;
    this.#cache = cache;
    this.#emit = emit;
    this.#index = index;
  }

  /** `isPassed`: whether to go on without a path that cannot be looked at; it then counts as not there. */
  async observe(stages: readonly Stage[], isPassed?: (path: ProjectPath, error: unknown) => boolean): Promise<void> {
    await this.#observeUrls(urlDeps(stages).filter((url) => !this.deps.has(url)));
    for (const stage of stages) {
      for (const { path } of stage.outs) if (!this.outs.has(path)) await this.#pass(path, this.outs, () => this.lookAtOut(path), isPassed);
      for (const { path } of stage.deps)
        if (!isUrl(path) && !this.deps.has(path)) await this.#pass(path, this.deps, () => this.lookAtDep(path), isPassed);
    }
  }

  async #pass(
    path: ProjectPath,
    seen: Map<ProjectPath, Content | undefined>,
    look: () => Promise<unknown>,
    isPassed: ((path: ProjectPath, error: unknown) => boolean) | undefined,
  ): Promise<void> {
    try {
      await look();
    } catch (error) {
      if (isPassed?.(path, error) !== true) throw error;
      seen.set(path, undefined);
      this.#plainDeps.delete(path);
    }
  }

  /** The deps and outs of a stage as they are now. */
  async refresh(stage: Stage): Promise<void> {
    for (const out of stage.outs) await this.lookAtOut(out.path);
    for (const dep of stage.deps) if (!this.#isFresh(dep.path)) await this.lookAtDep(dep.path);
  }

  /** A command of a stage may write anywhere while it goes on. Returns what to call when it has ended. */
  commandStarts(): () => void {
    this.#running += 1;
    this.#commands += 1;
    return () => {
      this.#running -= 1;
      this.#commands += 1;
    };
  }

  async lookAtOut(path: ProjectPath): Promise<Content | undefined> {
    return (await this.#observeOut(path)).content;
  }

  async #observeOut(path: ProjectPath): Promise<Observed> {
    const observed = await this.#look(path, { anything: true, includeIgnored: true });
    this.outs.set(path, observed.content);
    return observed;
  }

  async lookAtDep(path: ProjectPath): Promise<Content | undefined> {
    if (isUrl(path)) {
      await this.#observeUrls([path]);
      return this.deps.get(path);
    }
    // A command that starts while this is looked at may change what was seen already.
    const lookedAfter = this.#running === 0 ? this.#commands : undefined;
    const { content, isPlain } = await this.#observeDep(path);
    this.deps.set(path, content);
    if (isPlain) this.#plainDeps.add(path);
    else this.#plainDeps.delete(path);
    if (lookedAfter !== undefined) this.#lookedAfter.set(path, lookedAfter);
    return content;
  }

  /** Many at a time: each is a request. */
  async #observeUrls(urls: readonly string[]): Promise<void> {
    if (urls.length === 0) return;
    for (const [url, content] of await this.#lookAtUrls(urls)) {
      this.deps.set(url, content);
      this.#lookedAfter.set(url, this.#commands);
    }
    // What was seen before holds as long as nothing else is seen.
    for (const url of urls) if (!this.deps.has(url)) this.unreachable.add(url);
  }

  /** Nothing has run since it was looked at, and no stage writes there: five stages that read one large folder need not look twice each. */
  #isFresh(path: ProjectPath): boolean {
    if (isUrl(path)) return this.#lookedAfter.get(path) === this.#commands;
    if (this.#running > 0 || this.#lookedAfter.get(path) !== this.#commands || !this.#plainDeps.has(path)) return false;
    return this.#index.covering(path) === undefined && this.#index.below(path).length === 0;
  }

  /** A path that one stage writes and others read is read once, unless links make a difference. */
  async #observeDep(path: ProjectPath): Promise<Observed> {
    const asOut = this.#index.at(path).length > 0 ? await this.#observeOut(path) : undefined;
    return asOut?.isPlain === true ? asOut : await this.#look(path, { follow: true });
  }

  async #look(path: ProjectPath, how: ObserveOptions): Promise<Observed> {
    // Of this look alone: others may be at the same path, and have seen less of it.
    let isPlain = true;
    const content = await this.#cache.observe(absolutePath(this.#root, path), {
      ...how,
      onProgress: byteProgress(this.#emit, 'hash', path),
      onLink: () => (isPlain = false),
    });
    return { content, isPlain };
  }

  /** What lies at a dep's path, where that was seen already and no link makes a difference. */
  seen(path: ProjectPath): { readonly content: Content | undefined } | undefined {
    return this.#plainDeps.has(path) ? { content: this.deps.get(path) } : undefined;
  }
}
