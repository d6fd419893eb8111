import type { Content, Digest } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { fromLocked, type LockedContent } from '../../core/lock/types.ts';
import type { PlanPorts } from '../../core/plan/decide.ts';
import { planStage, type PlanRequest } from '../../core/plan/plan.ts';
import type { StagePlan } from '../../core/plan/types.ts';
import { listingOf } from '../../core/pointer-source.ts';
import type { ProjectPath, Stage, StageAddress } from '../../core/stage.ts';
import { checkFormat } from '../../remote/format/remote-format.ts';
import { IndexSet } from '../../remote/index-set.ts';
import { fetchLatest } from '../../remote/pull/fetch-latest.ts';
import { absolutePath, isAtOrBelow } from '../paths.ts';
import type { Prepared } from '../prepare-plan.ts';
import { byteProgress } from '../progress.ts';
import type { Project } from '../project.ts';
import { trackedState, type TrackedContent, type TrackedState } from '../tracked/tracked-state.ts';
import { withRemote, type Connection } from '../transfer/connect.ts';
import { fetchResults } from '../transfer/fetch-results.ts';
import { isHere } from '../transfer/is-here.ts';

type Outs = { readonly [path: string]: LockedContent };

const JOBS = 8;

/**
 * With --pull: what planning asks the cache for in vain comes from the remote, and the plan is made again. Nothing is asked of the remote while
 * nothing is missing.
 */
export class RemoteSource {
  readonly #project: Project;
  readonly #prepared: Prepared;
  readonly #remoteName: string | undefined;
  /** Neither here nor there, as far as was asked. */
  readonly #absent = new Set<Digest>();
  readonly #ports: PlanPorts;
  /** What the stage that is being planned could be restored from. */
  #offers: Outs[] = [];
  #asked: Content[] = [];
  #hasResults: boolean;
  #index: IndexSet | undefined;
  /** What pointers and locks said at the start. */
  #tracked: Promise<TrackedState> | undefined;

  constructor(project: Project, prepared: Prepared, options: { readonly remote?: string; readonly runCache: boolean }) {
    this.#project = project;
    this.#prepared = prepared;
    this.#remoteName = options.remote;
    this.#hasResults = !options.runCache;
    const { ports } = prepared.request;
    this.#ports = {
      ...ports,
      findRuns: (key) => {
        const found = ports.findRuns(key);
        this.#offers.push(...found.map(({ outs }) => outs));
        return found;
      },
      has: (content) => {
        if (ports.has(content)) return true;
        if (!this.#absent.has(content.digest)) this.#asked.push(content);
        return false;
      },
    };
  }

  /** The plan of all stages, once everything that it takes is here as far as the remote has it. Throws MLO_REMOTE, MLO_REMOTE_UNKNOWN. */
  async plan(): Promise<readonly StagePlan[]> {
    for (;;) {
      const plans = new Map<StageAddress, StagePlan>();
      const wanted: Content[] = [];
      for (const stage of this.#prepared.stages) {
        const { plan, missing } = this.#planOne(stage, plans, this.#prepared.request);
        plans.set(stage.address, plan);
        wanted.push(...missing);
      }
      const all = [...plans.values()];
      if (!(await this.#bring(wanted, all))) return all;
    }
  }

  /** The same for one stage when it is its turn. Where the remote is out of reach by now, it goes on with what is here. */
  async planStage(stage: Stage, plans: ReadonlyMap<StageAddress, StagePlan>, request: PlanRequest): Promise<StagePlan> {
    for (;;) {
      const { plan, missing } = this.#planOne(stage, plans, request);
      try {
        if (!(await this.#bring(missing, [plan]))) return plan;
      } catch (error) {
        if (!(error instanceof MloError) || (error.code !== 'MLO_REMOTE' && error.code !== 'MLO_REMOTE_CORRUPT')) throw error;
        this.#project.ctx.emit({ type: 'warning', message: `Stage '${stage.address}': ${error.message}` });
        return plan;
      }
    }
  }

  #planOne(
    stage: Stage,
    plans: ReadonlyMap<StageAddress, StagePlan>,
    request: PlanRequest,
  ): { readonly plan: StagePlan; readonly missing: readonly Content[] } {
    const locked = this.#prepared.locks.entries.get(stage.address)?.outs;
    this.#offers = locked === undefined ? [] : [locked];
    this.#asked = [];
    const plan = planStage(stage, plans, { ...request, ports: this.#ports });
    // With --allow-missing what is only missing is no reason to bring it.
    const isNeeded = plan.state === 'run' || plan.state === 'blocked';
    return { plan, missing: isNeeded ? this.#missing() : [] };
  }

  /** Of the first that was asked for all that comes with it: a stage is restored as a whole. */
  #missing(): readonly Content[] {
    const [first] = this.#asked;
    if (first === undefined) return [];
    const offer = this.#offers.find((outs) => Object.values(outs).some(({ digest }) => digest === first.digest)) ?? {};
    const others = Object.values(offer).map((locked) => fromLocked(locked));
    return [first, ...others.filter((content) => !this.#absent.has(content.digest) && !isHere(this.#prepared.cache, content))];
  }

  /** True where something came, so that another plan may be found. */
  async #bring(wanted: readonly Content[], plans: readonly StagePlan[]): Promise<boolean> {
    const deps = plans.flatMap(({ state, reasons }) =>
      state === 'blocked' ? reasons.flatMap(({ kind, path }) => (kind === 'missing-dep' && path !== undefined ? [path] : [])) : [],
    );
    const sources = await this.#sourcesOf([...new Set(deps)]);
    const needsResults = !this.#hasResults && plans.some(({ state }) => state === 'run');
    // The list of what an import brought goes with the data: without it the next update would download all of it.
    const missing = sources.filter(({ content }) => !isHere(this.#prepared.cache, content));
    const listings = missing.flatMap(({ source }) => listingOf(source) ?? []);
    const contents = [...wanted, ...missing.map(({ content }) => content), ...listings];
    if (contents.length === 0 && sources.length === 0 && !needsResults) return false;
    const came =
      contents.length === 0 && !needsResults
        ? false
        : await withRemote(this.#project, this.#remoteName, async (connection) => await this.#fetch(connection, contents, needsResults));
    const placed = await this.#place(sources);
    return came || placed;
  }

  async #fetch(connection: Connection, contents: readonly Content[], needsResults: boolean): Promise<boolean> {
    const { remote, indexFolder, settings } = connection;
    const { cache } = this.#prepared;
    const isThere = this.#index !== undefined || (await checkFormat(remote));
    if (!isThere) {
      this.#project.ctx.emit({
        type: 'warning',
        message: `Nothing was pushed to the remote '${settings.name}' yet: nothing comes from it`,
      });
      for (const { digest } of contents) this.#absent.add(digest);
      this.#hasResults = true;
      return false;
    }
    const results = needsResults ? await fetchResults(cache, connection, false) : undefined;
    this.#hasResults ||= results !== undefined;
    for (const { key, message } of results?.damaged ?? [])
      this.#project.ctx.emit({ type: 'warning', message: `${remote.address}/${key} is damaged and left out: ${message}` });
    if (contents.length > 0) await this.#fetchContents(connection, contents, (this.#index ??= await IndexSet.load(remote, indexFolder)));
    await cache.flush();
    return contents.some((content) => isHere(cache, content)) || (results?.added ?? 0) > 0;
  }

  async #fetchContents(
    { remote, settings, indexFolder, signal }: Connection,
    contents: readonly Content[],
    index: IndexSet,
  ): Promise<void> {
    const { cache } = this.#prepared;
    const total = contents.reduce((sum, { size }) => sum + size, 0);
    const onProgress = byteProgress(this.#project.ctx.emit, 'fetch', settings.name, total);
    const { corrupt, ...latest } = await fetchLatest(contents, {
      remote,
      index,
      indexFolder,
      local: cache.objects,
      jobs: JOBS,
      signal,
      onProgress,
    });
    this.#index = latest.index;
    for (const [digest, key] of corrupt)
      this.#project.ctx.emit({ type: 'warning', message: `${remote.address}/${key} has wrong bytes of the object ${digest.slice(0, 12)}` });
    for (const content of contents) if (!isHere(cache, content)) this.#absent.add(content.digest);
  }

  /** What pointers and locks say lies at paths that are missing, at what they lie in, or below them. */
  async #sourcesOf(paths: readonly ProjectPath[]): Promise<readonly TrackedContent[]> {
    if (paths.length === 0) return [];
    this.#tracked ??= trackedState(this.#project);
    const { contents } = await this.#tracked;
    const named = contents.filter((each) => paths.some((path) => isAtOrBelow(path, each.path) || isAtOrBelow(each.path, path)));
    return named.filter(({ content }) => !this.#absent.has(content.digest));
  }

  async #place(sources: readonly TrackedContent[]): Promise<boolean> {
    const { cache } = this.#prepared;
    let hasPlaced = false;
    for (const { path, content } of sources) {
      if (!isHere(cache, content)) continue;
      const { link } = this.#project.config;
      const summary = await cache.checkout(content, absolutePath(this.#project.root, path), { link, signal: this.#project.ctx.signal });
      hasPlaced ||= summary.added + summary.modified > 0;
    }
    if (hasPlaced) await this.#lookAgain();
    return hasPlaced;
  }

  /** Deps that nothing lay at. */
  async #lookAgain(): Promise<void> {
    const { stages, workspace } = this.#prepared;
    const deps = new Set(stages.flatMap((stage) => stage.deps.map(({ path }) => path)));
    for (const path of deps) if (workspace.deps.get(path) === undefined) await workspace.lookAtDep(path);
    const outs = new Set(stages.flatMap((stage) => stage.outs.map(({ path }) => path)));
    for (const path of outs) if (workspace.outs.get(path) === undefined) await workspace.lookAtOut(path);
  }
}
