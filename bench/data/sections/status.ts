import { join } from 'node:path';
import { changeFiles } from '../files.ts';
import { floorCommand } from '../floors.ts';
import { dvcCommand, gitCommand, oxenCommand } from '../peers.ts';
import { run } from '../process.ts';
import type { Section } from '../world.ts';

/** These take a fraction of a second: a few rounds more cost nothing and say more. */
const MORE_ROUNDS = 2;

/** Looking at a folder in which nothing, or one file, has changed. */
export const statusSection: Section = {
  async measure(world) {
    const { timings } = world;
    const project = await world.added();
    const data = join(project, 'data');
    const git = world.peers.git ? await world.gitIndex() : undefined;
    for (let round = 1; round <= world.options.rounds + MORE_ROUNDS; round += 1) {
      await timings.time('mlo status', round, world.mlo(project, ['status']));
      if (git !== undefined) await timings.time('git status', round, gitCommand(git, data, 'status', '--porcelain'));
      await timings.time('lstat all', round, floorCommand('lstat', data));
      await timings.time('mlo add, no-op', round, world.mlo(project, ['add', 'data']));
      await world.withPeer('dvc', round, async (dvc) => {
        const folder = await world.dvcAdded(dvc);
        await timings.time('DVC status', round, dvcCommand(dvc, folder, 'status', '-q'));
      });
      changeFiles(data, [Math.floor(world.shape.files / 2)], world.shape, `status ${round}`);
      await timings.time('mlo status, 1 changed', round, world.mlo(project, ['status']));
      if (git !== undefined) {
        await timings.time('git status, 1 changed', round, gitCommand(git, data, 'status', '--porcelain'));
        await run(gitCommand(git, data, 'add', '-A'));
      }
      await timings.time('mlo add, 1 changed', round, world.mlo(project, ['add', 'data']));
    }
    await world.withPeer('oxen', 1, async (oxen) => {
      const folder = await world.oxenAdded(oxen);
      await timings.time('Oxen status', 1, oxenCommand(oxen, folder, 'repo.status()'));
    });
  },
  rows: ({ size }) => [
    {
      work: `status of ${size}, nothing changed`,
      of: 'mlo status',
      against: [
        { with: 'git status', atMost: 1.8 },
        { with: 'lstat all', name: 'floor: list and lstat, one thread' },
        { with: 'DVC status', name: 'DVC' },
        { with: 'Oxen status', name: 'Oxen' },
      ],
    },
    {
      work: 'status, 1 file changed',
      of: 'mlo status, 1 changed',
      against: [
        { with: 'mlo status', name: 'mlo, nothing changed', atMost: 1.3 },
        { with: 'git status, 1 changed', name: 'git status' },
      ],
    },
    {
      work: 'add, 1 file changed',
      of: 'mlo add, 1 changed',
      against: [{ with: 'mlo add, no-op', name: 'mlo, nothing changed', atMost: 1.3 }],
    },
  ],
};
