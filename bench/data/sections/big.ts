import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeBigFile } from '../files.ts';
import { floorCommand } from '../floors.ts';
import { dvcCommand, initDvc, resticCommand } from '../peers.ts';
import { run } from '../process.ts';
import { needSpace, remove } from '../workplace.ts';
import type { Section } from '../world.ts';

const COPIES = { MLO_CACHE_LINK: 'copy' };
const HARDLINKS = { MLO_CACHE_LINK: 'hardlink' };

/** One big file: added by copy and by hard link, and again. */
export const bigSection: Section = {
  async measure(world) {
    const { timings, options } = world;
    needSpace(world.base, options.bigBytes * 4, 'the section big');
    const project = join(world.base, 'big');
    const copy = join(world.base, 'big-copy');
    const repository = join(world.base, 'big-restic');
    const file = join(project, 'big.bin');
    mkdirSync(project);
    await writeBigFile(file, options.bigBytes);
    for (const round of world.rounds) {
      world.forget(project);
      const works = [
        async () => {
          await timings.time('copyFile + fsync', round, floorCommand('copy', file, copy));
          remove(copy);
        },
        async () => await timings.time('mlo add big', round, world.mlo(project, ['add', 'big.bin'], COPIES)),
      ];
      // Disks that throttle after a burst are slower for whoever comes second.
      for (const work of round % 2 === 0 ? works : works.toReversed()) await work();
      await timings.time('mlo add big again', round, world.mlo(project, ['add', 'big.bin'], COPIES));
      world.forget(project);
      await timings.time('read + BLAKE3', round, floorCommand('hash', file));
      await timings.time('mlo add big, hard link', round, world.mlo(project, ['add', 'big.bin'], HARDLINKS));
      await run(world.mlo(project, ['add', 'big.bin'], COPIES));
      // The file is read-only and shared with the cache now: the next round begins with a file of its own.
      await run({ argv: ['sh', '-c', 'cp big.bin fresh && mv -f fresh big.bin && chmod u+w big.bin'], cwd: project });
      await world.withPeer('restic', round, async (restic) => {
        remove(repository, `${repository}-cache`);
        await run(resticCommand(restic, repository, project, 'init'));
        await timings.time('restic backup big', round, resticCommand(restic, repository, project, 'backup', 'big.bin'));
      });
      await world.withPeer('dvc', round, async (dvc) => {
        world.forget(project);
        await initDvc(dvc, project, '--no-scm');
        await timings.time('DVC add big', round, dvcCommand(dvc, project, 'add', '-q', 'big.bin'));
        await timings.time('DVC add big again', round, dvcCommand(dvc, project, 'add', '-q', 'big.bin'));
        remove(join(project, '.dvc'));
      });
    }
    remove(project, repository, `${repository}-cache`);
  },
  rows: ({ options: { bigBytes } }) => [
    {
      work: `add one file of ${bigBytes >= 2 ** 30 ? '1 GiB' : `${bigBytes / 2 ** 20} MiB`}, copy`,
      of: 'mlo add big',
      against: [
        { with: 'copyFile + fsync', name: '`fs.copyFile` + fsync', atMost: 1.4 },
        { with: 'DVC add big', name: 'DVC' },
        { with: 'restic backup big', name: 'restic' },
      ],
    },
    {
      work: 'the same, hard link',
      of: 'mlo add big, hard link',
      against: [{ with: 'read + BLAKE3', atMost: 1.5 }],
    },
    {
      work: 'the same again, nothing changed',
      of: 'mlo add big again',
      atMostMs: 150,
      against: [{ with: 'DVC add big again', name: 'DVC' }],
    },
  ],
};
