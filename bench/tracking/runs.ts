import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../data/process.ts';
import type { Row } from '../data/rows.ts';
import { median } from '../data/timings.ts';
import { range } from './figures.ts';
import { runMlflow, type MlflowWork } from './mlflow.ts';
import type { TrackingWorld } from './world.ts';

const RUNS = 343;

const STAGE = (runs: number): string => `import { defineStage } from 'mlo-cli';
import { writeFileSync } from 'node:fs';
export default defineStage(async ({ run, outs }) => {
  for (let each = 0; each < ${runs}; each += 1) {
    await run.child('run ' + each, (child) => {
      child.logParams(Object.fromEntries(Array.from({ length: 20 }, (_, param) => ['param-' + param, each / (param + 1)])));
      for (let step = 0; step < 50; step += 1) child.logMetrics({ loss: 1 / (step + each), accuracy: step / 50 }, { step });
    });
  }
  writeFileSync(outs['done.txt'], 'done');
});
`;

const PIPELINE = `stages:
  search:
    run: search.mjs
    outs: [done.txt]
`;

const MLFLOW: MlflowWork = {
  count: 60,
  python: `
for each in range(count):
    run = client.create_run(experiment).info.run_id
    now = int(time.time() * 1000)
    client.log_batch(run, params=[Param('param-%d' % param, str(each / (param + 1))) for param in range(20)])
    client.log_batch(run, metrics=[Metric(name, step / 50, now, step) for step in range(50) for name in ('loss', 'accuracy')])
    client.set_terminated(run)
`,
};

/** Many small runs below one stage, the whole command; MLflow gets its params and points in two batches. */
export async function runsRows(world: TrackingWorld): Promise<readonly Row[]> {
  const runs = Math.round(RUNS * world.scale);
  const own: number[] = [];
  const peer: number[] = [];
  for (let round = 0; round < world.rounds; round += 1) {
    const folder = world.folder('runs');
    writeFileSync(join(folder, 'search.mjs'), STAGE(runs));
    writeFileSync(join(folder, 'pipeline.yaml'), PIPELINE);
    mkdirSync(join(folder, '.mlo'));
    own.push((await run({ argv: [...world.mlo, 'repro', '--quiet'], cwd: folder })) / runs);
    rmSync(folder, { recursive: true });
    const found = runMlflow(world, MLFLOW);
    if (found !== undefined) peer.push(found.ms / MLFLOW.count);
  }
  const times = peer.length === 0 ? undefined : median(peer.map((ms, round) => ms / (own[round] ?? Number.NaN)));
  return [
    {
      work: `${runs} runs with 20 params and 100 points each, the whole command`,
      measured: `${range(own.map((ms) => ms * runs))}: ${median(own).toFixed(1)} ms a run`,
      compared: times === undefined ? [] : [`MLflow ${median(peer).toFixed(0)} ms a run: ${times.toFixed(1)}x faster`],
      targets: [{ text: '≥ 20x faster than MLflow', reached: times === undefined ? undefined : times >= 20 }],
    },
  ];
}
