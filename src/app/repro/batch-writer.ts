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
  #stopped = false;

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
    this.#schedule();
  }

  /** At once where the last batch is long enough ago, else as soon as it is: the next stage may train for hours. */
  #schedule(): void {
    if (this.#stopped || this.#running !== undefined || this.#timer !== undefined) return;
    const dueMs = this.#lastMs + BATCH_MS - performance.now();
    if (dueMs <= 0) this.#running = this.#batch();
    else {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#running ??= this.#batch();
      }, dueMs);
    }
  }

  /** No batch starts any more, and none is at work when this resolves. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  /** Writes all that is left. Errors of earlier batches come out here at the latest. */
  async end(): Promise<void> {
    await this.stop();
    if (this.#failure !== undefined) throw this.#failure;
    while (this.#locks.dirty) await this.#write();
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
    // What finishes from here on may miss the flush, and stays in the journal until the next batch.
    const taken = this.#locks.take();
    await this.#cache.flush();
    this.#locks.write(taken);
    this.#journal.rebase(this.#digest(), this.#locks.pending());
  }
}
