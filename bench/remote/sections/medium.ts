import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeTree } from '../../data/files.ts';
import { run } from '../../data/process.ts';
import { remove } from '../../data/workplace.ts';
import { addToDvc, dvc, rclone, restic, useBucket } from '../peers.ts';
import type { Section } from '../world.ts';

/** Files of 20 KB; what mlo and DVC push was added before. */
export const mediumSection: Section = {
  async measure(world) {
    const { timings, options, server } = world;
    const project = await world.project('medium');
    await writeTree(join(project, 'data'), { files: options.files, folders: 100, bytes: 20_000 });
    await run(world.mlo(project, 'add', 'data'));
    for (const round of world.rounds) {
      world.pointAt(project, server.bucket());
      await timings.time('mlo push medium', round, world.mlo(project, 'push'));
      await world.withPeer('rclone', round, async (program) => {
        await timings.time('rclone copy medium', round, rclone(program, server, project, 'copy', 'data', `bench:${server.bucket()}/data`));
      });
      await world.withPeer('restic', round, async (program) => {
        const bucket = server.bucket();
        await run(restic(program, server, bucket, project, 'init'));
        await timings.time('restic backup medium', round, restic(program, server, bucket, project, 'backup', 'data'));
        remove(join(project, '..', `restic-cache-${bucket}`));
      });
      await world.withPeer('dvc', round, async (program) => {
        const folder = join(world.base, 'dvc');
        mkdirSync(folder);
        await run({ argv: ['cp', '-r', join(project, 'data'), folder] });
        await addToDvc(program, server, folder, 'data');
        await useBucket(program, server, folder, server.bucket());
        await timings.time('DVC push medium', round, dvc(program, server, folder, 'push', '-q'));
        remove(folder);
      });
    }
    remove(join(project, '..'));
  },
  rows: ({ options: { files } }) => [
    {
      work: `push ${files / 1000}k files of 20 KB`,
      of: 'mlo push medium',
      against: [
        { with: 'rclone copy medium', name: 'rclone', faster: 4 },
        { with: 'restic backup medium', name: 'restic', faster: 1 },
        { with: 'DVC push medium', name: 'DVC', faster: 1 },
      ],
    },
  ],
};
