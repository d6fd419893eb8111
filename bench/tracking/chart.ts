import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openTracking } from '../../src/tracking/open.ts';
import { formatMs, type Row } from '../data/rows.ts';
import { run } from '../data/process.ts';
import { median } from '../data/timings.ts';
import { range } from './figures.ts';
import type { TrackingWorld } from './world.ts';

const POINTS = 1_000_000;
const LIMIT_MS = 500;
const ID = 'c'.repeat(32);

/** From the database to lines on the terminal, the whole command; beside it the same with two points, which is what starting costs. */
export async function chartRows(world: TrackingWorld): Promise<readonly Row[]> {
  const count = Math.round(POINTS * world.scale);
  const [large, small] = [projectWith(world, count), projectWith(world, 2)];
  const plot = [...world.mlo, 'plots', 'show', '--run', ID.slice(0, 8), 'loss', '--smooth', '0.9'];
  const many: number[] = [];
  const two: number[] = [];
  for (let round = 0; round <= world.rounds; round += 1) {
    const times = [await run({ argv: plot, cwd: large }), await run({ argv: plot, cwd: small })] as const;
    // The first one fills the caches of the disk.
    if (round === 0) continue;
    many.push(times[0]);
    two.push(times[1]);
  }
  for (const folder of [large, small]) rmSync(folder, { recursive: true });
  return [
    {
      work: `chart of a ${count.toLocaleString('en')}-point series, smoothed, in the terminal`,
      measured: range(many),
      compared: [`of two points ${formatMs(median(two))}`],
      targets: [{ text: `≤ ${formatMs(LIMIT_MS)}`, reached: median(many) <= LIMIT_MS }],
    },
  ];
}

function projectWith(world: TrackingWorld, points: number): string {
  const folder = world.folder('chart');
  mkdirSync(join(folder, '.mlo'));
  const tracking = openTracking({ path: join(folder, '.mlo', 'tracking.db') });
  tracking.startRun({ id: ID, name: 'chart', startedMs: 1_700_000_000_000 });
  const column = (value: (index: number) => number): Float64Array => Float64Array.from({ length: points }, (_, index) => value(index));
  tracking.logBatches(ID, [
    {
      name: 'loss',
      steps: column((step) => step),
      timestampsMs: column((step) => 1_700_000_000_000 + step * 10),
      values: column((step) => Math.exp((-5 * step) / points) + 0.1 * Math.sin(step * step)),
    },
  ]);
  tracking.finishRun(ID, { status: 'FINISHED', endedMs: 1_700_000_100_000 });
  tracking.close();
  return folder;
}
