/** Runs work side by side, so much at a time. After the first failure nothing new begins. */
export class Lanes {
  readonly #most: number;
  readonly #running = new Set<Promise<void>>();
  #failed: { readonly error: unknown } | undefined;

  constructor(most: number) {
    this.#most = most;
  }

  /** Waits for a free lane, then begins. Throws what earlier work threw. */
  async begin(work: () => Promise<void>): Promise<void> {
    while (this.#running.size >= this.#most) await Promise.race(this.#running);
    this.#throwIfFailed();
    const running: Promise<void> = work().then(
      () => void this.#running.delete(running),
      (error: unknown) => {
        this.#failed ??= { error };
        this.#running.delete(running);
      },
    );
    this.#running.add(running);
  }

  /** When all has ended. Throws what the first that failed threw. */
  async end(): Promise<void> {
    await Promise.all(this.#running);
    this.#throwIfFailed();
  }

  #throwIfFailed(): void {
    if (this.#failed !== undefined) throw this.#failed.error;
  }
}
