import { rm } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import type { Cache } from '../../cache/types.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { isInside } from '../../core/path/project-path.ts';
import type { RecordOfBytes, RunRecord } from '../../core/run.ts';
import { randomHex } from '../../fs/random-hex.ts';
import { inputOf } from '../../tracking/inputs/inputs.ts';
import type { Tracking } from '../../tracking/types.ts';

export interface KeeperTarget {
  readonly root: string;
  readonly tracking: Tracking;
  readonly cache: Cache;
}

type Kept = WaitsForDisk | Extract<RunRecord, { readonly type: 'child-end' }>;
type WaitsForDisk = Exclude<RecordOfBytes, { readonly type: 'artifact-bytes' }>;

/**
 * Writes what a run logs, bytes before the record that names them. Files and folders are read one after the other; what needs
 * no reading does not wait for them, but the end of a run does.
 */
export class RecordKeeper {
  readonly #target: KeeperTarget;
  readonly #waiting: Kept[] = [];
  #last: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  constructor(target: KeeperTarget) {
    this.#target = target;
  }

  /** Never throws: the first error is kept, and what can be written is written all the same. */
  add(records: readonly RunRecord[]): void {
    for (const record of records) {
      if (record.type === 'artifact' || record.type === 'input' || record.type === 'model') this.#wait(record);
      else if (record.type === 'child-end' && this.#waiting.length > 0) this.#wait(record);
      else this.#attempt(() => this.#write(record));
    }
  }

  /** Throws the first error so far, once. */
  check(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure.error;
  }

  /** Names of what is not stored yet. */
  get unstored(): readonly string[] {
    return this.#waiting.flatMap((record) => (record.type === 'child-end' ? [] : [record.type === 'input' ? record.path : record.name]));
  }

  /** Resolves when all is written; throws the first error. */
  async end(): Promise<void> {
    await this.#last;
    this.check();
  }

  #attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#failure ??= { error };
    }
  }

  #wait(record: Kept): void {
    this.#waiting.push(record);
    this.#last = this.#last.then(async () => {
      try {
        if (record.type === 'child-end') this.#write(record);
        else await this.#store(record);
      } catch (error) {
        this.#failure ??= { error };
      } finally {
        this.#waiting.shift();
      }
    });
  }

  #write(record: Exclude<RunRecord, WaitsForDisk>): void {
    const { tracking, cache } = this.#target;
    if (record.type !== 'artifact-bytes') return tracking.apply(record);
    const content = cache.putBytes(record.bytes);
    tracking.logArtifact(record.run, record.name, record.mode === undefined ? content : { ...content, mode: record.mode });
  }

  async #store(record: WaitsForDisk): Promise<void> {
    const { tracking, cache, root } = this.#target;
    if (record.type === 'input') {
      const content = await cache.observe(record.path, { follow: true });
      if (content === undefined) throw gone(record.path);
      const name = isInside(root, record.path) ? relative(root, record.path).split(sep).join('/') || '.' : record.path;
      return tracking.logInputs(record.run, [inputOf(name, record.context, content)]);
    }
    tracking.logArtifact(record.run, record.name, await cache.commit(record.path));
    if (record.type === 'model' && record.temporary === true) await rm(record.path, { recursive: true, force: true });
    if (record.type === 'artifact') return;
    const { run, name, modelType } = record;
    tracking.logModel(run, { id: `m-${randomHex(32)}`, name, path: name, modelType, status: 'READY', createdMs: Date.now() });
  }
}

function gone(path: string): MloError {
  return new MloError('MLO_TARGET', `The input '${path}' is gone`, { hint: 'Log an input while it is there', details: { path } });
}
