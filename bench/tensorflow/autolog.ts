import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Row } from '../data/rows.ts';
import { median } from '../data/timings.ts';
import type { AutologTimes } from './autolog-epochs.ts';
import type { TensorFlowWorld } from './world.ts';

/** Share of a batch. */
const LIMIT = 0.02;

/**
 * Processor time. What `autolog` does for a batch is timed by itself: whole epochs, with it and without in turn, differ by
 * more than that for other reasons. Medians of the ratios round by round, three rounds for each of the table, as an epoch is short.
 */
export async function autologRows({ rounds }: TensorFlowWorld): Promise<readonly Row[]> {
  const script = join(import.meta.dirname, 'autolog-epochs.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script, String(3 * rounds), 'wasm']);
  const { batches, plain, logged, everyBatch, callbacksUs } = JSON.parse(stdout) as AutologTimes;
  const batchMs = median(plain) / batches;
  const share = (us: number): number => us / 1000 / batchMs;
  const ratio = (times: readonly number[]): number => median(times.map((ms, round) => ms / (plain[round] as number)));
  return [
    {
      work: 'what `autolog` does for a batch of 32 on wasm (784 → 128 → 10): processor time',
      measured: `${callbacksUs.logged.toFixed(1)} µs; every batch logged ${callbacksUs.everyBatch.toFixed(1)} µs`,
      compared: [
        `the batch ${batchMs.toFixed(2)} ms: ${percent(share(callbacksUs.logged))}, ${percent(share(callbacksUs.everyBatch))}`,
        `whole epochs ${ratio(logged).toFixed(3)}x, every batch logged ${ratio(everyBatch).toFixed(3)}x`,
      ],
      targets: [{ text: `≤ ${percent(LIMIT)}`, reached: Math.max(callbacksUs.logged, callbacksUs.everyBatch) / 1000 <= LIMIT * batchMs }],
    },
  ];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
