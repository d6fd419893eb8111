import { defineStage } from 'mlo-cli';

import { checkIris } from './lib/check-iris.ts';
import { projectPath, readFlowers, writeFlowers } from './lib/flower-files.ts';

/** Takes the raw table in, or refuses it with the line that is wrong. */
export default defineStage({
  deps: ['raw'],
  outs: ['table'],
  run: async ({ deps, outs, run }) => {
    const table = await readFlowers(deps.raw);
    checkIris(table, projectPath(deps.raw));
    await writeFlowers(outs.table, table);
    run.logMetric('flowers', table.flowers.length);
  },
});
