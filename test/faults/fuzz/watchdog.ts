import { Worker } from 'node:worker_threads';

/** Seconds of CPU that one case may take; and of waiting, for work that never comes back. */
const MOST_CPU = 20;
const MOST_WAITING = 300;
/** What a case may take beside what the process had before the first one, bytes. */
const MOST_MEMORY = 500 * 1024 * 1024;

/**
 * Looks on from a thread of its own, so that it sees a case that never gives its thread back. Where a case takes more than it may, it says which one, and the
 * process ends, as nothing in it could be stopped.
 */
const LOOK = `
const { workerData: { cells, suite, cpu, waiting, memory } } = require('node:worker_threads');
const { writeSync } = require('node:fs');
const seconds = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1e6; };
const before = process.memoryUsage.rss();
let last = -1;
let atCpu = 0;
let looks = 0;
for (;;) {
  if (Atomics.wait(cells, 1, 0, 25) === 'not-equal') break;
  const now = Atomics.load(cells, 0);
  looks = now === last ? looks + 1 : 0;
  if (now !== last) { last = now; atCpu = seconds(); }
  const took = process.memoryUsage.rss() - before;
  const why = took > memory ? 'takes ' + Math.round(took / 1048576) + ' MB of memory'
    : seconds() - atCpu > cpu ? 'takes more than ' + cpu + ' s of CPU'
    : looks * 0.025 > waiting ? 'does not end' : undefined;
  if (why === undefined) continue;
  writeSync(2, '\\nfuzz: ' + suite + ' ' + why + ': MLO_FUZZ_SEED=' + now + '\\n');
  process.kill(process.pid, 'SIGKILL');
}
`;

export interface Watchdog {
  /** The case with this seed begins. */
  begin(seed: number): void;
  end(): Promise<void>;
}

export function watch(suite: string): Watchdog {
  const cells = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(LOOK, {
    eval: true,
    workerData: { cells, suite, cpu: MOST_CPU, waiting: MOST_WAITING, memory: MOST_MEMORY },
  });
  const ended = new Promise<void>((resolve, reject) => {
    worker.once('exit', () => resolve());
    worker.once('error', reject);
  });
  return {
    begin: (seed) => void Atomics.store(cells, 0, seed),
    async end() {
      Atomics.store(cells, 1, 1);
      Atomics.notify(cells, 1);
      await ended;
    },
  };
}
