import { closeSync, fsyncSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './process.ts';

const PROBE_BYTES = Buffer.alloc(4 * 1024 * 1024, 'calm');
const PROBE_FILES = 100;
/** A disk counts as calm when a probe takes at most this many times the quickest one so far. */
const CALM = 4;
const PAUSE_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

/**
 * What others have written must not go to the disk while the next one is timed. After `sync` a disk may still be slow for a while
 * (deleted blocks are discarded, shared disks are held back after a flood of small files), which would be charged to whoever comes next.
 */
export class CalmDisk {
  readonly #folder: string;
  #quickestMs = Number.POSITIVE_INFINITY;

  /** A folder on the disk that is measured. */
  constructor(folder: string) {
    this.#folder = join(folder, 'probe');
  }

  /** Gives up after half a minute. */
  async wait(): Promise<void> {
    await run({ argv: ['sync'] });
    const started = performance.now();
    while (!this.#isCalm() && performance.now() - started < LONGEST_WAIT_MS) await new Promise((wake) => setTimeout(wake, PAUSE_MS));
  }

  #isCalm(): boolean {
    const ms = probe(this.#folder);
    this.#quickestMs = Math.min(this.#quickestMs, ms);
    return ms <= CALM * this.#quickestMs;
  }
}

/** One file written and many made, all durable. Milliseconds. */
function probe(folder: string): number {
  mkdirSync(folder);
  const started = performance.now();
  const file = openSync(join(folder, 'file'), 'w');
  writeSync(file, PROBE_BYTES);
  fsyncSync(file);
  for (let number = 0; number < PROBE_FILES; number += 1) writeFileSync(join(folder, String(number)), 'calm');
  fsyncSync(file);
  closeSync(file);
  const ms = performance.now() - started;
  rmSync(folder, { recursive: true });
  return ms;
}
