/** Bytes, unless one entry is longer. */
export const LARGEST_RANGE = 8 * 1024 * 1024;

/** Memory for ranges, used again and again: fresh memory for each would be collected late, and cost the collector. */
export class RangeMemory {
  readonly #free: Buffer[] = [];

  /** Calls `work` with memory of so many bytes, which is another's when that has ended; without where so many are too many. */
  async lend<T>(bytes: number, work: (memory: Buffer | undefined) => Promise<T>): Promise<T> {
    if (bytes > LARGEST_RANGE) return await work(undefined);
    const memory = this.#free.pop() ?? Buffer.allocUnsafeSlow(LARGEST_RANGE);
    const result = await work(memory);
    // After a failure something may still be written into it.
    this.#free.push(memory);
    return result;
  }
}
