import { join } from 'node:path';
import { floorCommand } from '../floors.ts';
import { dvcCommand, initDvc, oxenCommand, resticCommand } from '../peers.ts';
import { run } from '../process.ts';
import { remove } from '../workplace.ts';
import type { Section, World } from '../world.ts';

/** A folder of small files: added the first time, and again with nothing changed. */
export const addSection: Section = {
  async measure(world) {
    const { timings } = world;
    const project = await world.project();
    for (const round of world.rounds) {
      world.forget(project);
      await timings.time('mlo add', round, world.mlo(project, ['add', 'data']));
      await timings.time('mlo add again', round, world.mlo(project, ['add', 'data']));
      const pack = join(world.base, 'floor.pack');
      await timings.time('floor of add', round, floorCommand('pack', join(project, 'data'), pack));
      remove(pack);
      await world.withPeer('restic', round, (restic) => resticRound(world, restic, project, round));
      await world.withPeer('dvc', round, (dvc) => dvcRound(world, dvc, round));
    }
    world.nowAdded('mlo', project);
    if (world.peers.git) await world.gitIndex();
    await world.withPeer('oxen', 1, async (oxen) => {
      const folder = await world.oxenAdded(oxen);
      await timings.time('Oxen add again', 1, oxenCommand(oxen, folder, "repo.add('data')"));
    });
  },
  rows: ({ size }) => [
    {
      work: `add ${size} (512 B, 100 folders): first`,
      of: 'mlo add',
      atMostMs: 1800,
      against: [
        { with: 'restic backup', name: 'restic', faster: 3 },
        { with: 'git add' },
        { with: 'floor of add', name: 'floor: read, hash, append, one thread' },
        { with: 'DVC add', name: 'DVC' },
        { with: 'Oxen add', name: 'Oxen' },
      ],
    },
    {
      work: 'add again, nothing changed',
      of: 'mlo add again',
      atMostMs: 600,
      against: [
        { with: 'restic backup again', name: 'restic' },
        { with: 'DVC add again', name: 'DVC' },
        { with: 'Oxen add again', name: 'Oxen' },
      ],
    },
  ],
};

async function resticRound({ timings, base }: World, restic: string, project: string, round: number): Promise<void> {
  const repository = join(base, 'restic');
  remove(repository, `${repository}-cache`);
  await run(resticCommand(restic, repository, project, 'init'));
  await timings.time('restic backup', round, resticCommand(restic, repository, project, 'backup', 'data'));
  await timings.time('restic backup again', round, resticCommand(restic, repository, project, 'backup', 'data'));
}

async function dvcRound(world: World, dvc: string, round: number): Promise<void> {
  const folder = await world.dvcTree();
  await initDvc(dvc, folder, '--no-scm');
  await world.timings.time('DVC add', round, dvcCommand(dvc, folder, 'add', '-q', 'data'));
  await world.timings.time('DVC add again', round, dvcCommand(dvc, folder, 'add', '-q', 'data'));
  world.nowAdded('dvc', folder);
}
