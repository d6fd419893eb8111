import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
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

const SCRIPT = (runs: number): string => `import { withRun } from 'mlo-cli';
const params = (each) => Object.fromEntries(Array.from({ length: 20 }, (_, param) => ['param-' + param, each / (param + 1)]));
const start = performance.now();
for (let each = 0; each < ${runs}; each += 1) {
  await withRun({ name: 'run ' + each, params: params(each) }, (run) => {
    for (let step = 0; step < 50; step += 1) run.logMetrics({ loss: 1 / (step + each + 1), accuracy: step / 50 }, { step });
  });
}
console.log(performance.now() - start);
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
  const added: number[] = [];
  const script: number[] = [];
  const peer: number[] = [];
  for (let round = 0; round < world.rounds; round += 1) {
    const whole = await stageMs(world, runs);
    own.push(whole / runs);
    added.push((whole - (await stageMs(world, 0))) / runs);
    script.push(scriptMs(world, runs) / runs);
    const found = runMlflow(world, MLFLOW);
    if (found !== undefined) peer.push(found.ms / MLFLOW.count);
  }
  const against = (times: readonly number[]): number | undefined =>
    peer.length === 0 ? undefined : median(peer.map((ms, round) => ms / (times[round] ?? Number.NaN)));
  const compared = (times: readonly number[]): string[] => {
    const ratio = against(times);
    return ratio === undefined ? [] : [`MLflow ${median(peer).toFixed(0)} ms a run: ${ratio.toFixed(1)}x faster`];
  };
  const ratio = against(added);
  return [
    {
      work: `${runs} runs with 20 params and 100 points each, below one stage, the whole command`,
      measured: `${range(own.map((ms) => ms * runs))}: ${median(own).toFixed(1)} ms a run`,
      compared: compared(own),
    },
    {
      work: 'the same, less the command without any run: MLflow’s start is not counted either',
      measured: `${range(added.map((ms) => ms * runs))}: ${median(added).toFixed(1)} ms a run`,
      compared: compared(added),
      targets: [{ text: '≥ 20x faster than MLflow', reached: ratio === undefined ? undefined : ratio >= 20 }],
    },
    {
      work: 'the same from a script by `withRun`, in-process, each stored before the next begins',
      measured: `${range(script.map((ms) => ms * runs))}: ${median(script).toFixed(1)} ms a run`,
      compared: compared(script),
    },
  ];
}

async function stageMs(world: TrackingWorld, runs: number): Promise<number> {
  const folder = world.folder('runs');
  writeFileSync(join(folder, 'search.mjs'), STAGE(runs));
  writeFileSync(join(folder, 'pipeline.yaml'), PIPELINE);
  mkdirSync(join(folder, '.mlo'));
  const ms = await run({ argv: [...world.mlo, 'repro', '--quiet'], cwd: folder });
  rmSync(folder, { recursive: true });
  return ms;
}

/** As the script times it: its imports are not counted, as MLflow's are not. */
function scriptMs({ mlo, folder }: TrackingWorld, runs: number): number {
  const place = folder('script');
  mkdirSync(join(place, '.mlo'));
  mkdirSync(join(place, 'node_modules'));
  symlinkSync(dirname(dirname(mlo[1] ?? '')), join(place, 'node_modules', 'mlo-cli'));
  writeFileSync(join(place, 'search.mjs'), SCRIPT(runs));
  const printed = execFileSync(mlo[0] ?? '', ['search.mjs'], { cwd: place, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  rmSync(place, { recursive: true });
  return Number(printed.trim());
}
