import { formatLock, parseLock, updateLock, EMPTY_LOCK } from '../core/lock/format.ts';
import type { Lock, LockEntry } from '../core/lock/types.ts';
import type { Pipeline, PipelineFile, ProjectPath, StageAddress } from '../core/stage.ts';
import { writeFileAtomic } from '../fs/write-atomic.ts';
import type { ReadText } from './parsed-cache.ts';
import { absolutePath } from './paths.ts';

export interface ChangedEntry {
  readonly address: StageAddress;
  readonly entry: LockEntry;
}

/** By pipeline file and stage name. */
export type ChangedEntries = Map<ProjectPath, Map<string, ChangedEntry>>;

/** The locks beside the pipeline files of a project, read once and written when entries change. */
export class LockFiles {
  readonly #root: string;
  readonly #pipeline: Pipeline;
  readonly #texts = new Map<ProjectPath, string | undefined>();
  readonly #locks = new Map<ProjectPath, Lock>();
  readonly #entries = new Map<StageAddress, LockEntry>();
  #changed: ChangedEntries = new Map();

  constructor(root: string, pipeline: Pipeline, readText: ReadText) {
    this.#root = root;
    this.#pipeline = pipeline;
    for (const file of pipeline.files) this.#read(file, readText(file.lockPath));
    const locks = new Map(pipeline.files.map((file) => [file.path, this.#locks.get(file.path)]));
    for (const stage of pipeline.stages) {
      const stages = locks.get(stage.file)?.stages;
      const entry = stages !== undefined && Object.hasOwn(stages, stage.name) ? stages[stage.name] : undefined;
      if (entry !== undefined) this.#entries.set(stage.address, entry);
    }
  }

  /** By stage address; grows with `set`. */
  get entries(): ReadonlyMap<StageAddress, LockEntry> {
    return this.#entries;
  }

  /** Text of the lock file as it was read or last written; undefined where there is none. */
  textOf(file: PipelineFile): string | undefined {
    return this.#texts.get(file.path);
  }

  set(stage: { readonly address: StageAddress; readonly name: string; readonly file: ProjectPath }, entry: LockEntry): void {
    this.#entries.set(stage.address, entry);
    let changed = this.#changed.get(stage.file);
    if (changed === undefined) this.#changed.set(stage.file, (changed = new Map()));
    changed.set(stage.name, { address: stage.address, entry });
  }

  /** The entries that no lock has yet; from now on they are the caller's to write. */
  take(): ChangedEntries {
    const taken = this.#changed;
    this.#changed = new Map();
    return taken;
  }

  /** Entries that were set since the last `take`. */
  pending(): readonly ChangedEntry[] {
    return [...this.#changed.values()].flatMap((entries) => [...entries.values()]);
  }

  get dirty(): boolean {
    return this.#changed.size > 0;
  }

  /** Writes every lock whose text would differ; temp file, fsync, rename. Returns the files written. */
  write(taken: ChangedEntries = this.take()): readonly ProjectPath[] {
    const written: ProjectPath[] = [];
    for (const file of this.#pipeline.files) {
      const changed = taken.get(file.path);
      if (changed === undefined) continue;
      const entries = new Map([...changed].map(([name, { entry }]) => [name, entry]));
      const lock = updateLock(this.#lockOf(file), entries, this.#exists(file));
      const text = formatLock(lock);
      this.#locks.set(file.path, lock);
      if (text === this.#texts.get(file.path)) continue;
      writeFileAtomic(absolutePath(this.#root, file.lockPath), text, { durable: true });
      this.#texts.set(file.path, text);
      written.push(file.lockPath);
    }
    return written;
  }

  #read(file: PipelineFile, text: string | undefined): void {
    this.#texts.set(file.path, text);
    if (text !== undefined) this.#locks.set(file.path, parseLock(file.lockPath, text));
  }

  #lockOf(file: PipelineFile): Lock {
    return this.#locks.get(file.path) ?? EMPTY_LOCK;
  }

  #exists(file: PipelineFile): (name: string) => boolean {
    const names = new Set(this.#pipeline.stages.filter((stage) => stage.file === file.path).map((stage) => stage.name));
    return (name) => names.has(name);
  }
}
