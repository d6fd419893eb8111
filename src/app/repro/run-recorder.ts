import { existsSync, readFileSync } from 'node:fs';
import type { Cache } from '../../cache/types.ts';
import type { Content } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import type { StageParams } from '../../core/fingerprint.ts';
import { flattenValues } from '../../core/params/keys.ts';
import type { RunId, RunRecord } from '../../core/run.ts';
import type { Stage } from '../../core/stage.ts';
import type { Value } from '../../core/value.ts';
import { openGit } from '../../fs/git.ts';
import { randomHex } from '../../fs/random-hex.ts';
import type { FinishRun, StageLink, Tracking } from '../../tracking/types.ts';
import { absolutePath } from '../paths.ts';
import type { Project } from '../project.ts';

/** The runs of one repro: a parent, started with the first stage that runs or is restored, and a child for each stage that runs. */
export class RunRecorder {
  readonly #project: Project;
  readonly #cache: Cache;
  readonly #links: StageLink[] = [];
  #tracking: Tracking | undefined;
  #parentId: RunId | undefined;
  #beginning: Promise<RunId> | undefined;
  #ended = false;

  constructor(project: Project, cache: Cache) {
    this.#project = project;
    this.#cache = cache;
  }

  get parentId(): RunId | undefined {
    return this.#parentId;
  }

  /** Stages that start together begin one run. */
  async begin(): Promise<RunId> {
    return await (this.#beginning ??= this.#beginParent());
  }

  async #beginParent(): Promise<RunId> {
    this.#tracking = await this.#project.tracking();
    this.#tracking.reconcile();
    this.#parentId = newRunId();
    const git = openGit(this.#project.root)?.head();
    this.#tracking.startRun({
      id: this.#parentId,
      name: 'repro',
      command: this.#project.ctx.command,
      startedMs: Date.now(),
      ...(git === undefined ? {} : { git }),
      tags: { 'mlo.node': process.version, 'mlo.platform': `${process.platform}-${process.arch}` },
    });
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
    return id;
  }

  finishStage(id: RunId, finish: Omit<FinishRun, 'endedMs'>): void {
    this.#store.finishRun(id, { ...finish, endedMs: Date.now() });
  }

  link(link: StageLink): void {
    this.#links.push(link);
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

  /** What a stage logs while it runs; artifact bytes are stored before the record of them. */
  async records(records: readonly RunRecord[]): Promise<void> {
    for (const record of records) {
      if (record.type === 'artifact') this.#store.logArtifact(record.run, record.name, await this.#cache.commit(record.path));
      else this.#store.apply(record);
    }
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
