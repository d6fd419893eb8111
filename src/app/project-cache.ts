import type { Cache } from '../cache/types.ts';
import type { HeldLock } from '../fs/project-lock.ts';
import { openIgnore } from '../fs/ignore.ts';
import { trace } from '../fs/trace.ts';
import type { Project } from './project.ts';
import { traceCache } from './trace-cache.ts';

/**
 * The cache of a project as one command uses it. A command that writes has a lease in it from the moment it is opened, so
 * that nobody deletes objects meanwhile; one that reads needs none.
 */
export class ProjectCache {
  readonly #project: Project;
  #cache: Promise<Cache> | undefined;
  #right: HeldLock | undefined;
  #writes = false;

  constructor(project: Project) {
    this.#project = project;
    project.onForced(() => this.#right?.release());
  }

  /** From now on the command counts as one that writes. */
  willWrite(): void {
    this.#writes = true;
  }

  open(): Promise<Cache> {
    return (this.#cache ??= this.#open());
  }

  /** Nobody else writes into the cache until this is released, or the project closed. Closes the cache where it is open. */
  async exclusive(): Promise<HeldLock> {
    await this.close();
    const { exclusiveAccess } = await import('../cache/sharing/access.ts');
    const right = await exclusiveAccess(this.#project.config.cacheDir, this.#options());
    this.#right = right;
    return right;
  }

  async close(): Promise<void> {
    const cache = this.#cache;
    this.#cache = undefined;
    try {
      await (await cache)?.close();
    } finally {
      this.#right?.release();
      this.#right = undefined;
    }
  }

  async #open(): Promise<Cache> {
    const { root, config, stateDir, ctx } = this.#project;
    const hasLease = this.#writes && this.#right === undefined;
    if (hasLease) await this.#share();
    const { openCache } = await trace('load cache', () => import('../cache/open.ts'));
    const cache = openCache({
      cacheDir: config.cacheDir,
      stateDir,
      root,
      link: config.link,
      ignore: openIgnore(root),
      readOnly: ctx.readOnly ?? false,
      hasLease,
    });
    return traceCache(cache, root);
  }

  async #share(): Promise<void> {
    const { root, config } = this.#project;
    const [{ sharedAccess }, { registerProject }] = await Promise.all([
      import('../cache/sharing/access.ts'),
      import('../cache/sharing/projects.ts'),
    ]);
    this.#right = await sharedAccess(config.cacheDir, this.#options());
    registerProject(config.cacheDir, root);
  }

  #options(): { readonly command: string; readonly root: string; readonly waitMs?: number; readonly signal: AbortSignal } {
    const { ctx, root } = this.#project;
    return { command: ctx.command, root, signal: ctx.signal, ...(ctx.waitMs === undefined ? {} : { waitMs: ctx.waitMs }) };
  }
}
