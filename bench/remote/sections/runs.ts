import { join } from 'node:path';
import { remove } from '../../data/workplace.ts';
import { openTracking } from '../../../src/tracking/open.ts';
import type { Section } from '../world.ts';

/** Runs that are written at once. */
const FLUSH_EVERY = 1000;
const POINTS = 100;

/** Finished runs with four params, a tag and a hundred points of two metrics each. */
export const runsSection: Section = {
  async measure(world) {
    const project = await world.project('runs');
    writeRuns(join(project, '.mlo', 'tracking.db'), world.options.runs);
    for (const round of world.rounds) {
      world.pointAt(project, world.server.bucket());
      remove(join(project, '.mlo', 'state'));
      await world.timeMlo('mlo push runs', round, project, 'push');
      await world.timeMlo('mlo push runs again', round, project, 'push');
      const clone = await world.clone(project);
      await world.timings.time('mlo pull runs', round, world.mlo(clone, 'pull'));
      remove(clone);
    }
    remove(join(project, '..'));
  },
  rows: ({ options: { runs } }) => [
    { work: `push ${runs / 1000}k finished runs with ${POINTS} points each`, of: 'mlo push runs', atMostMs: 5000 },
    { work: 'the same again, nothing new', of: 'mlo push runs again', atMostMs: 500 },
    { work: 'pull them into an empty clone', of: 'mlo pull runs' },
  ],
};

function writeRuns(path: string, count: number): void {
  const tracking = openTracking({ path });
  for (let index = 0; index < count; index += 1) {
    const id = `${index.toString(16).padStart(8, '0')}${'c'.repeat(24)}`;
    const startedMs = 1_700_000_000_000 + index * 1000;
    const params = { lr: 0.1 / (1 + (index % 7)), batch: 16, seed: index, model: index % 2 === 0 ? 'small' : 'large' };
    tracking.startRun({ id, name: `run-${index}`, startedMs, stage: 'train', params, tags: { kind: `k${index % 50}` } });
    const points = Array.from({ length: POINTS }, (_, point) => ({
      name: point % 2 === 0 ? 'loss' : 'acc',
      value: Math.sin(index * 31 + point),
      step: point >> 1,
      timestampMs: startedMs + point * 10,
    }));
    tracking.logMetrics(id, points);
    tracking.finishRun(id, { status: 'FINISHED', endedMs: startedMs + 60_000 });
    if (index % FLUSH_EVERY === 0) tracking.flush();
  }
  tracking.close();
}
