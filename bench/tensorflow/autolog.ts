import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Row } from '../data/rows.ts';
import { median } from '../data/timings.ts';
import type { AutologTimes } from './autolog-epochs.ts';
import type { TensorFlowWorld } from './world.ts';

const LIMIT = 1.02;

/** Processor time; medians of the ratios round by round, three rounds for each of the table, as an epoch is short. */
export async function autologRows({ rounds }: TensorFlowWorld): Promise<readonly Row[]> {
  const script = join(import.meta.dirname, 'autolog-epochs.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script, String(3 * rounds), 'wasm']);
  const { batches, plain, logged, everyBatch } = JSON.parse(stdout) as AutologTimes;
  const ratio = (times: readonly number[]): number => median(times.map((ms, round) => ms / (plain[round] as number)));
  return [
    {
      work: 'a batch of 32 on wasm (784 → 128 → 10) with `autolog`: processor time',
      measured: `${(median(logged) / batches).toFixed(2)} ms`,
      compared: [
        `without it ${(median(plain) / batches).toFixed(2)} ms: ${ratio(logged).toFixed(3)}x`,
        `every batch logged: ${ratio(everyBatch).toFixed(3)}x`,
      ],
      targets: [{ text: `≤ ${LIMIT}x`, reached: ratio(logged) <= LIMIT && ratio(everyBatch) <= LIMIT }],
    },
  ];
}
