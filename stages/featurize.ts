import { defineStage } from 'mlo-cli';

import { readFlowers, writeFlowers } from './lib/flower-files.ts';
import { addRatios } from './lib/ratios.ts';

/** Adds the shape of the leaves to their sizes. */
export default defineStage({
  deps: ['table'],
  outs: ['features'],
  run: async ({ deps, outs, run }) => {
    const table = addRatios(await readFlowers(deps.table));
    await writeFlowers(outs.features, table);
    run.logMetric('features', table.features.length);
  },
});
