import { defineStage } from 'mlo-cli';
import { z } from 'zod';

import { readFlowers, writeFlowers } from './lib/flower-files.ts';
import { stratifiedSplit } from './lib/split.ts';

const params = z.object({
  split: z.object({ test_size: z.number().gt(0).lt(1) }),
});

/** Sets a share of every species aside for the test. `rng` draws from the declared param `seed`: same seed, same split. */
export default defineStage({
  params,
  deps: ['features'],
  outs: ['train', 'test'],
  run: async ({ params: { split }, deps, outs, run, rng }) => {
    const { features, flowers } = await readFlowers(deps.features);
    const { train, test } = stratifiedSplit(flowers, split.test_size, rng);
    await writeFlowers(outs.train, { features, flowers: train });
    await writeFlowers(outs.test, { features, flowers: test });
    run.logMetrics({ train_flowers: train.length, test_flowers: test.length });
  },
});
