import type { Cache } from '../../cache/types.ts';
import type { LockEntry } from '../../core/lock/types.ts';
import type { Stage } from '../../core/stage.ts';
import type { LockFiles } from '../lock-files.ts';
import type { ReproJournal } from './journal.ts';
import type { Digest } from '../../core/content.ts';

/** Time between two batches, milliseconds: what power loss may cost. */
const BATCH_MS = 250;

/**
 * Finished stages reach the lock in batches: objects and run-cache entries are made durable first,
 * then the lock is written, so that a lock names only what the store has.
 */
export class BatchWriter {
  readonly #cache: Cache;
  readonly #locks: LockFiles;
  readonly #journal: ReproJournal;
  readonly #digest: () => Digest;
  #lastMs = performance.now();
  #running: Promise<void> | undefined;
  #failure: unknown;
  #timer: NodeJS.Timeout | undefined;
  #finished = 0;

  constructor(cache: Cache, locks: LockFiles, journal: ReproJournal, digest: () => Digest) {
    this.#cache = cache;
    this.#locks = locks;
    this.#journal = journal;
    this.#digest = digest;
  }

  /** The stage counts as finished when this returns: kill -9 does not cost it any more. */
  finished(stage: Stage, entry: LockEntry): void {
    if (this.#failure !== undefined) throw this.#failure;
    this.#journal.done(stage.address, entry);
    this.#locks.set(stage, entry);
    this.#finished += 1;
    this.#schedule();
  }

  /** At once where the last batch is long enough ago, else as soon as it is: the next stage may train for hours. */
  #schedule(): void {
    if (this.#running !== undefined || this.#timer !== undefined) return;
    const dueMs = this.#lastMs + BATCH_MS - performance.now();
    if (dueMs <= 0) this.#running = this.#batch();
    else {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#running ??= this.#batch();
      }, dueMs);
    }
  }

  /** Writes all that is left. Errors of earlier batches come out here at the latest. */
  async end(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#running;
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#locks.dirty) await this.#write();
  }

  async #batch(): Promise<void> {
    try {
      await this.#write();
    } catch (error) {
      this.#failure = error;
    } finally {
      this.#lastMs = performance.now();
      this.#running = undefined;
    }
    if (this.#failure === undefined && this.#locks.dirty) this.#schedule();
  }

  async #write(): Promise<void> {
    // Stages that finish meanwhile come into the same lock, so their objects must be durable before it too.
    for (let flushed = -1; flushed !== this.#finished;) {
      flushed = this.#finished;
      await this.#cache.flush();
    }
    this.#locks.write();
    this.#journal.rebase(this.#digest());
  }
}
