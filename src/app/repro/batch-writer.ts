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
    if (this.#running === undefined && performance.now() - this.#lastMs >= BATCH_MS) this.#running = this.#batch();
  }

  /** Writes all that is left. Errors of earlier batches come out here at the latest. */
  async end(): Promise<void> {
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
  }

  async #write(): Promise<void> {
    await this.#cache.flush();
    this.#locks.write();
    this.#journal.rebase(this.#digest());
  }
}
