import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { mloInTerminal } from '../../cli/pseudo-terminal.ts';
import { createProject, REPOSITORY, type TestProject } from '../../helpers/index.ts';

const STAGE = `import { defineStage } from 'mlo-cli';
import { writeFileSync } from 'node:fs';
export default defineStage(({ run, outs, params }) => {
  for (let step = 0; step < 50; step += 1) run.logMetrics({ loss: Math.exp((-params.speed * step) / 50), val_loss: 1 + step / 100 }, { step });
  for (let index = 0; index < 5; index += 1) for (let step = 0; step < 2; step += 1) run.logMetric('layer' + index, step, { step });
  run.logMetric('accuracy', 0.9);
  writeFileSync(outs['done.txt'], 'done');
});
`;

const BRAILLE = /[\u2801-\u28ff]/;
let project: TestProject;
let ids: string[];

beforeAll(async () => {
  project = await createProject({
    'pipeline.yaml': 'stages:\n  train: {run: train.mjs, params: [speed], outs: [done.txt]}\n',
    'params.yaml': 'speed: 3\n',
    'train.mjs': STAGE,
    '.mlo/config.yaml': '',
  });
  await symlink(join(REPOSITORY, 'node_modules'), project.path('node_modules'));
  for (const speed of [3, 5]) {
    await project.write({ 'params.yaml': `speed: ${speed}\n` });
    expect((await project.mlo(['repro'])).code).toBe(0);
  }
  const { stdout } = await project.mlo(['runs', 'list', '--json']);
  ids = (JSON.parse(stdout) as { data: { runs: { id: string }[] } }).data.runs.map(({ id }) => id);
}, 120_000);

describe('charts of a run', () => {
  it('stand below it where they are asked for: metrics of a family together, the rest counted', async () => {
    const { stdout } = await project.mlo(['runs', 'show', '--charts'], { env: { COLUMNS: '80' } });
    expect(stdout).toMatch(/\n\nloss\n[^]*● loss 0\.0\d+ {3}■ val_loss 1\.49/);
    expect(stdout).toContain('layer0 1');
    expect(stdout).not.toContain('accuracy 0.9');
    expect(stdout).toMatch(/2 more charts: mlo plots show --run [0-9a-f]{8}\n$/);
  });

  it('are drawn by default on a terminal only, and not with --no-charts', async () => {
    expect((await project.mlo(['runs', 'show'])).stdout).not.toMatch(BRAILLE);
    for (const [args, drawn] of [
      [[], true],
      [['--no-charts'], false],
    ] as const) {
      const terminal = mloInTerminal(project, ['runs', 'show', ...args], { rows: 90 });
      expect((await terminal.ended).code).toBe(0);
      const screen = (await terminal.screen()).join('\n');
      expect(screen).toContain('train');
      expect(BRAILLE.test(screen)).toBe(drawn);
    }
  });
});

describe('plots of runs', () => {
  it('overlay the metric of several runs by their ids', async () => {
    const { stdout, code } = await project.mlo(['plots', 'show', '--run', ids[0] as string, '--run', ids[1] as string, 'loss', '--json']);
    expect(code).toBe(0);
    const { data } = JSON.parse(stdout) as { data: { plots: { id: string; series: { name: string; ys: number[] }[] }[] } };
    expect(data.plots.map(({ id }) => id)).toEqual(['loss']);
    expect(data.plots[0]?.series.map(({ name, ys }) => [name.length, ys.length, ys[49]?.toFixed(4)])).toEqual([
      [8, 50, Math.exp((-5 * 49) / 50).toFixed(4)],
      [8, 50, Math.exp((-3 * 49) / 50).toFixed(4)],
    ]);
  });

  it('name the metric that was meant, and the run that is not there', async () => {
    const wrong = await project.mlo(['plots', 'show', '--run', ids[0] as string, 'los']);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain("Did you mean 'loss'?");
    const column = await project.mlo(['plots', 'show', '--run', ids[0] as string, '-x', 'epoch']);
    expect([column.code, column.stderr]).toEqual([2, expect.stringContaining('-x does not go with --run')]);
    const unknown = await project.mlo(['plots', 'show', '--run', 'ffffffff']);
    expect(unknown.stderr).toContain('MLO_RUN_UNKNOWN');
  });
});
