/** Memory for ranges, used again and again: fresh memory for each would be collected late, and cost the collector. */
export class RangeMemory {
  readonly #length: number;
  readonly #free: Buffer[] = [];

  /** `length`: bytes of each. */
  constructor(length: number) {
    this.#length = length;
  }

  /** Calls `work` with memory of so many bytes, which is another's when that has ended; without where so many are too many. */
  async lend<T>(bytes: number, work: (memory: Buffer | undefined) => Promise<T>): Promise<T> {
    if (bytes > this.#length) return await work(undefined);
    const memory = this.#free.pop() ?? Buffer.allocUnsafeSlow(this.#length);
    const result = await work(memory);
    // After a failure something may still be written into it.
    this.#free.push(memory);
    return result;
  }
}
