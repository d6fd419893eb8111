import { expect, it } from 'vitest';
import { createScriptProject } from './script-project.ts';

/** Lets nothing else of its thread run: no timer, no promise. */
const BUSY = `const pause = new Int32Array(new SharedArrayBuffer(4)); while (!existsSync('go')) Atomics.wait(pause, 0, 0, 10);`;

it.each(['worker', 'process'])(
  'a stage that computes without a pause, in a %s, is seen by others with all that it logged before',
  async (isolate) => {
    const there = await createScriptProject({
      'pipeline.yaml': `stages:\n  train:\n    run: train.mjs\n    isolate: ${isolate}\n`,
      'train.mjs': `import { defineStage } from 'mlo-cli'; import { existsSync } from 'node:fs';
      export default defineStage(({ run }) => {
        for (let step = 0; step < 20; step += 1) run.logMetrics({ loss: 1 / (step + 1), acc: step / 20 });
        run.logParam('epochs', 20);
        ${BUSY}
      });`,
    });
    const repro = there.start(['repro']);
    const run = await there.soon(() => {
      const [child] = there.exists('.mlo/tracking.db') ? (there.runs()[0]?.children ?? []) : [];
      return child?.params['epochs'] === 20 ? child : undefined;
    });
    expect(run.metrics).toMatchObject({ loss: { points: 20 }, acc: { points: 20 } });
    expect(run.status).toBe('RUNNING');
    await there.write({ go: '' });
    expect((await repro.ended).code).toBe(0);
  },
);
