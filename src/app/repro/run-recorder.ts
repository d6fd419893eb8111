import { existsSync, readFileSync } from 'node:fs';
import type { Cache } from '../../cache/types.ts';
import type { Content } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import type { StageParams } from '../../core/fingerprint.ts';
import { flattenValues } from '../../core/params/keys.ts';
import type { MetricPoint, RunId } from '../../core/run.ts';
import type { ProjectPath, Stage } from '../../core/stage.ts';
import type { Value } from '../../core/value.ts';
import { randomHex } from '../../fs/random-hex.ts';
import { sessionMemory } from '../../runtime/system/session-memory.ts';
import { watchSystem } from '../../runtime/system/watch-system.ts';
import type { RunInput } from '../../tracking/inputs/inputs.ts';
import type { FinishRun, StageLink, Tracking } from '../../tracking/types.ts';
import { DIFF_ARTIFACT, describeCode, type RunCode } from '../log/run-code.ts';
import { RecordKeeper } from '../log/record-keeper.ts';
import { resourceTags } from '../log/resource-use.ts';
import { absolutePath } from '../paths.ts';
import type { Project } from '../project.ts';

/** The runs of one repro: a parent, started with the first stage that runs or is restored, and a child for each stage that runs. */
export class RunRecorder {
  readonly #project: Project;
  readonly #experiment: string;
  readonly #name: string;
  readonly #cache: Cache;
  readonly #used: () => readonly ProjectPath[];
  readonly #links: StageLink[] = [];
  /** End the look at the machine for a stage that is at work. */
  readonly #watches = new Map<RunId, ReturnType<typeof watchSystem>>();
  /** Process numbers of the commands of shell stages. */
  readonly #commands = new Map<RunId, () => number | undefined>();
  #tracking: Tracking | undefined;
  #parentId: RunId | undefined;
  #beginning: Promise<RunId> | undefined;
  #code: RunCode | undefined;
  #ended = false;

  /** `used`: project paths of what the stages are made of, asked for once there is a run; `name`: of the parent run. */
  constructor(project: Project, cache: Cache, experiment: string, used: () => readonly ProjectPath[], name = 'repro') {
    this.#used = used;
    this.#experiment = experiment;
    this.#name = name;
    this.#project = project;
    this.#cache = cache;
  }

  get parentId(): RunId | undefined {
    return this.#parentId;
  }

  /** Before mlo itself changes a .gitignore, which would make a clean commit a dirty one. */
  lookAtCode(): RunCode {
    return (this.#code ??= describeCode(this.#project.root, this.#cache, this.#used()));
  }

  /** Stages that start together begin one run. */
  async begin(): Promise<RunId> {
    return await (this.#beginning ??= this.#beginParent());
  }

  async #beginParent(): Promise<RunId> {
    this.#tracking = await this.#project.tracking();
    this.#tracking.reconcile();
    this.#parentId = newRunId();
    const { git, diff, tags } = this.lookAtCode();
    this.#tracking.startRun({
      id: this.#parentId,
      name: this.#name,
      experiment: this.#experiment,
      command: this.#project.ctx.command,
      startedMs: Date.now(),
      ...(git === undefined ? {} : { git }),
      tags,
    });
    if (diff !== undefined) this.#tracking.logArtifact(this.#parentId, DIFF_ARTIFACT, diff);
    // At once: whatever happens from here on, the next command must find that this repro was at work.
    this.#tracking.flush();
    this.#project.onForced(() => this.#kill());
    return this.#parentId;
  }

  async startStage(stage: Stage, command: string, params: StageParams): Promise<RunId> {
    const parentId = await this.begin();
    const id = newRunId();
    this.#store.startRun({
      id,
      name: stage.address,
      parentId,
      stage: stage.address,
      command,
      startedMs: Date.now(),
      params: runParams(params),
    });
    this.#watch(id, stage);
    return id;
  }

  #watch(id: RunId, stage: Stage): void {
    const { root, config, ctx } = this.#project;
    if (config.systemMetricsMs === undefined) return;
    const here = stage.action.kind === 'module' && stage.isolate !== 'process' && config.isolate !== 'process';
    const memory = (): number | undefined => (here ? process.memoryUsage.rss() : this.#memoryOf(id));
    const log = (points: readonly MetricPoint[]): void => this.#store.logMetrics(id, points);
    this.#watches.set(id, watchSystem({ intervalMs: config.systemMetricsMs, root, path: ctx.env['PATH'], memory, log }));
  }

  #memoryOf(id: RunId): number | undefined {
    const pid = this.#commands.get(id)?.();
    return pid === undefined ? undefined : sessionMemory(pid);
  }

  /** The command that a shell stage runs now. */
  atWork(id: RunId, pid: () => number | undefined): void {
    this.#commands.set(id, pid);
  }

  finishStage(id: RunId, finish: Omit<FinishRun, 'endedMs'>): void {
    const seen = this.#watches.get(id)?.();
    const isCommand = this.#commands.delete(id);
    this.#watches.delete(id);
    // In a thread, what was seen is the memory of mlo and all other threads.
    const tags = { ...finish.tags, ...(isCommand ? resourceTags(seen) : {}) };
    this.#store.finishRun(id, { ...finish, endedMs: Date.now(), tags });
  }

  link(link: StageLink): void {
    this.#links.push(link);
  }

  inputs(id: RunId, inputs: readonly RunInput[]): void {
    this.#store.logInputs(id, inputs);
  }

  artifact(id: RunId, path: string, content: Content): void {
    this.#store.logArtifact(id, path, content);
  }

  metrics(id: RunId, values: ReadonlyMap<string, number>): void {
    const timestampMs = Date.now();
    this.#store.logMetrics(
      id,
      [...values].map(([name, value]) => ({ name, value, step: 0, timestampMs })),
    );
  }

  tags(id: RunId, tags: { readonly [key: string]: string }): void {
    this.#store.setTags(id, tags);
  }

  /** Takes what a stage logs while it runs. */
  records(): RecordKeeper {
    return new RecordKeeper({ root: this.#project.root, tracking: this.#store, cache: this.#cache });
  }

  /** `files`: project paths of texts kept with the parent run (params.yaml, locks). Nothing to do where nothing ran. */
  finish(files: readonly string[], finish: Omit<FinishRun, 'endedMs'>): void {
    if (this.#parentId === undefined) return;
    for (const path of files) {
      if (existsSync(absolutePath(this.#project.root, path))) this.#keepFile(this.#parentId, path);
    }
    this.#store.linkStages(this.#parentId, this.#links);
    this.#store.finishRun(this.#parentId, { ...finish, endedMs: Date.now() });
    this.#ended = true;
  }

  /** The process ends now. Where this cannot be written, the next command finds the runs without their process. */
  #kill(): void {
    if (this.#parentId === undefined || this.#ended) return;
    try {
      this.#store.finishRun(this.#parentId, { status: 'KILLED', reason: 'interrupted', endedMs: Date.now() });
      this.#store.flush();
    } catch (error) {
      if (!(error instanceof MloError)) throw error;
    }
  }

  flush(): void {
    this.#tracking?.flush();
  }

  #keepFile(id: RunId, path: string): void {
    const bytes = readFileSync(absolutePath(this.#project.root, path));
    this.#store.logArtifact(id, path, this.#cache.putBytes(bytes));
  }

  get #store(): Tracking {
    if (this.#tracking === undefined) throw new Error('run recorder used before begin()');
    return this.#tracking;
  }
}

/** 32 hexadecimal characters, as MLflow's run ids. */
function newRunId(): RunId {
  return randomHex(32);
}

/** Params of params.yaml under their own keys, those of other files as `file:key`; maps flattened with dots. */
function runParams(params: StageParams): { readonly [key: string]: Value } {
  const flat: Record<string, Value> = {};
  for (const [file, values] of Object.entries(params)) {
    const prefix = file === 'params.yaml' ? '' : `${file}:`;
    for (const [key, value] of flattenValues(values)) flat[prefix + key] = value;
  }
  return flat;
}
