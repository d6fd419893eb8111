import type { RunRecord } from '../../core/run.ts';

/** Hands the records of a stage on one batch after the other: a child run must exist before its metrics arrive. */
export class RecordDelivery {
  readonly #deliver: (records: readonly RunRecord[]) => Promise<void>;
  #last: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  constructor(deliver: (records: readonly RunRecord[]) => Promise<void>) {
    this.#deliver = deliver;
  }

  add(records: readonly RunRecord[]): void {
    this.#last = this.#last.then(async () => {
      if (this.#failure === undefined) await this.#deliver(records);
    });
    this.#last = this.#last.catch((error: unknown) => {
      this.#failure ??= { error };
    });
  }

  /** Resolves when all is delivered; throws the first error. */
  async end(): Promise<void> {
    await this.#last;
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
