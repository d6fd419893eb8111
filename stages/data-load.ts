import { defineStage } from 'mlo-cli';

import { checkIris } from './lib/check-iris.ts';
import { readFlowers, writeFlowers } from './lib/flower-files.ts';

/** Takes the raw table in, or refuses it with the line that is wrong. */
export default defineStage({
  run: async ({ deps, outs, run }) => {
    const table = await readFlowers(deps.raw);
    checkIris(table, 'data/raw/iris.csv');
    await writeFlowers(outs.table, table);
    run.logMetric('flowers', table.flowers.length);
  },
});
