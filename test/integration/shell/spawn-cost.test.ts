import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { ENV, useStageRig } from './stage-rig.ts';

const rig = useStageRig();

async function medianMs(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 11; round++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[5] as number;
}

it('a command costs the same however large mlo is', async () => {
  const ballast = Array.from({ length: 40 }, () => Buffer.alloc(10_000_000, 1));
  await rig.run(['true']);
  const throughHelper = await medianMs(() => rig.run(['true']));
  const direct = await medianMs(() => once(spawn('/bin/sh', ['-c', 'true'], { env: ENV, stdio: 'ignore' }), 'exit'));
  expect(ballast.length).toBe(40);
  expect(throughHelper).toBeLessThan(direct / 2);
});
