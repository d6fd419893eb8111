import { CalmDisk } from './calm-disk.ts';
import { readAll, run, type Command } from './process.ts';

/** Milliseconds of a work in each round it took part in. */
export type Series = ReadonlyMap<number, number>;

/** What was timed so far, by name. */
export class Timings {
  readonly #series = new Map<string, Map<number, number>>();
  readonly #say: (line: string) => void;
  readonly #disk: CalmDisk;

  /** `base`: a folder on the disk; `say` hears of each time as it is taken. */
  constructor(base: string, say: (line: string) => void) {
    this.#disk = new CalmDisk(base);
    this.#say = say;
  }

  /** Waits for a calm disk, and for what lies in the folder to be in memory. */
  async ready(folder: string | undefined): Promise<void> {
    await this.#disk.wait();
    if (folder !== undefined) await readAll(folder);
  }

  async time(name: string, round: number, command: Command): Promise<void> {
    await this.ready(command.cwd);
    this.keep(name, round, await run(command));
  }

  keep(name: string, round: number, ms: number): void {
    const series = this.#series.get(name) ?? new Map<number, number>();
    series.set(round, ms);
    this.#series.set(name, series);
    this.#say(`  ${name}, round ${round}: ${ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(2)} s`}`);
  }

  get(name: string): Series | undefined {
    return this.#series.get(name);
  }
}

export function median(numbers: Iterable<number>): number {
  const sorted = [...numbers].toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
}

/** Median of the ratios of rounds that both took part in; of the medians where there are none. */
export function ratio(a: Series, b: Series): number {
  const both = [...a].flatMap(([round, ms]) => (b.has(round) ? [ms / (b.get(round) ?? Number.NaN)] : []));
  return both.length > 0 ? median(both) : median(a.values()) / median(b.values());
}
