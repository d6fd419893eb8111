import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../data/process.ts';
import type { Row } from '../data/rows.ts';
import { middle, perSecond, range, type Sample } from './figures.ts';
import type { TrackingWorld } from './world.ts';

const LINES = 200_000;
const TARGET = 200_000;

/** Points of eight metrics line by line into the run of a stage, the whole command. */
export async function streamRows(world: TrackingWorld): Promise<readonly Row[]> {
  const count = Math.round(LINES * world.scale);
  const samples: Sample[] = [];
  for (let round = 0; round < world.rounds; round += 1) {
    const folder = world.folder('stream');
    mkdirSync(join(folder, '.mlo'));
    writeFileSync(join(folder, 'pipeline.yaml'), 'stages:\n  train:\n    cmd: "true"\n');
    writeFileSync(
      join(folder, 'points.txt'),
      Array.from({ length: count }, (_, at) => `metric-${at % 8} ${Math.sin(at)} ${at}\n`).join(''),
    );
    await run({ argv: [...world.mlo, 'repro', '--quiet'], cwd: folder });
    const command = [...world.mlo, 'log', 'metric', '--stream', '--run', stageRun(world, folder)];
    samples.push({ ms: await run({ argv: ['sh', '-c', '"$0" "$@" < points.txt', ...command], cwd: folder }), count });
    rmSync(folder, { recursive: true });
  }
  const rate = middle(samples);
  return [
    {
      work: `\`mlo log metric --stream\`, ${count.toLocaleString('en')} lines, the whole command`,
      measured: `${range(samples.map(({ ms }) => ms))}: ${perSecond(rate)}`,
      compared: [],
      targets: [{ text: `≥ ${TARGET.toLocaleString('en')} lines/s`, reached: rate >= TARGET }],
    },
  ];
}

function stageRun({ mlo: [program = '', ...args] }: TrackingWorld, cwd: string): string {
  const { stdout } = spawnSync(program, [...args, 'runs', 'list', '--stage', 'train', '--json'], { cwd, encoding: 'utf8' });
  return (JSON.parse(stdout) as { readonly data: { readonly runs: readonly { readonly id: string }[] } }).data.runs[0]?.id ?? '';
}
