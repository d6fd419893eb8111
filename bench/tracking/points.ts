import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../data/process.ts';
import type { Row } from '../data/rows.ts';
import { runMlflow, type MlflowWork } from './mlflow.ts';
import { middle, perSecond, range, type Sample } from './figures.ts';
import type { TrackingWorld } from './world.ts';

const SERIES = 8;

const STAGE = (steps: number): string => `import { defineStage } from 'mlo-cli';
import { writeFileSync } from 'node:fs';
export default defineStage(({ run, outs }) => {
  for (let step = 0; step < ${steps}; step += 1) {
    for (let series = 0; series < ${SERIES}; series += 1) run.logMetric('metric-' + series, Math.sin(step * (series + 1)), { step });
  }
  writeFileSync(outs['done.txt'], 'done');
});
`;

const PIPELINE = `stages:
  log:
    run: log.mjs
    outs: [done.txt]
`;

const ONE_BY_ONE: MlflowWork = {
  count: 1_000,
  python: `
run = client.create_run(experiment).info.run_id
for n in range(count): client.log_metric(run, 'metric-%d' % (n % 8), n / 7, step=n // 8)
`,
};

const BATCHES: MlflowWork = {
  count: 20_000,
  python: `
run = client.create_run(experiment).info.run_id
for first in range(0, count, 1000):
    client.log_batch(run, metrics=[Metric('metric-%d' % (n % 8), n / 7, int(time.time() * 1000), n // 8) for n in range(first, first + 1000)])
`,
};

/** Points from a stage by \`logMetric\`, the whole command: mlo's start, the thread, the way to the database, its last sync. */
export async function pointsRows(world: TrackingWorld): Promise<readonly Row[]> {
  const steps = Math.round((1_000_000 / SERIES) * world.scale);
  const count = steps * SERIES;
  const own: Sample[] = [];
  const single: Sample[] = [];
  const batch: Sample[] = [];
  let bytes = 0;
  let mlflowBytes: number | undefined;
  for (let round = 0; round < world.rounds; round += 1) {
    const folder = world.folder('points');
    writeFileSync(join(folder, 'log.mjs'), STAGE(steps));
    writeFileSync(join(folder, 'pipeline.yaml'), PIPELINE);
    mkdirSync(join(folder, '.mlo'));
    own.push({ ms: await run({ argv: [...world.mlo, 'repro', '--quiet'], cwd: folder }), count });
    bytes = statSync(join(folder, '.mlo', 'tracking.db')).size;
    rmSync(folder, { recursive: true });
    for (const [samples, work] of [
      [single, ONE_BY_ONE],
      [batch, BATCHES],
    ] as const) {
      const found = runMlflow(world, work);
      if (found === undefined) continue;
      samples.push({ ms: found.ms, count: work.count });
      if (work === BATCHES) mlflowBytes = found.bytes;
    }
  }
  const rate = middle(own);
  const times = (samples: readonly Sample[]): number | undefined => (samples.length === 0 ? undefined : rate / middle(samples));
  const against = (name: string, samples: readonly Sample[]): string[] =>
    samples.length === 0
      ? []
      : [`MLflow ${name} ${perSecond(middle(samples))}: ${Math.round(rate / middle(samples)).toLocaleString('en')}x faster`];
  const reached = (samples: readonly Sample[], least: number): boolean | undefined => {
    const found = times(samples);
    return found === undefined ? undefined : found >= least;
  };
  return [
    {
      work: `${count.toLocaleString('en')} points from a stage by \`logMetric\`, ${SERIES} series, the whole command`,
      measured: `${range(own.map(({ ms }) => ms))}: ${perSecond(rate)}`,
      compared: [...against('`log_metric`', single), ...against('`log_batch` of 1,000', batch)],
      targets: [
        { text: '≥ 300,000 points/s', reached: rate >= 300_000 },
        { text: '≥ 500x `log_metric`', reached: reached(single, 500) },
        { text: '≥ 25x `log_batch`', reached: reached(batch, 25) },
      ],
    },
    {
      work: 'the same: database on disk',
      measured: `${(bytes / count).toFixed(1)} bytes a point`,
      compared: mlflowBytes === undefined ? [] : [`MLflow ${(mlflowBytes / BATCHES.count).toFixed(0)} bytes a point`],
      targets: [{ text: '≤ 34 bytes a point', reached: bytes / count <= 34 }],
    },
  ];
}
