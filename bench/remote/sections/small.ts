import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeTree } from '../../data/files.ts';
import { run } from '../../data/process.ts';
import { remove } from '../../data/workplace.ts';
import { addToDvc, dvc, restic, useBucket } from '../peers.ts';
import { startProxy } from '../proxy.ts';
import type { Section, World } from '../world.ts';

/** Many files of 512 bytes that were added before: pushed, pushed again, and pulled into an empty clone. */
export const smallSection: Section = {
  async measure(world) {
    const { timings, options, server } = world;
    const project = await world.project('small');
    await writeTree(join(project, 'data'), { files: options.smallFiles, folders: 100, bytes: 512 });
    await run(world.mlo(project, 'add', 'data'));
    const archive = join(world.base, 'small.tar');
    await run({ argv: ['tar', '-cf', archive, '-C', project, 'data'] });
    for (const round of world.rounds) {
      world.pointAt(project, server.bucket());
      await world.timeMlo('mlo push small', round, project, 'push');
      await world.timeMlo('mlo push small again', round, project, 'push');
      const clone = await world.clone(project);
      await timings.time('mlo pull small', round, world.mlo(clone, 'pull'));
      remove(clone);
      const unpacked = join(world.base, 'unpacked');
      mkdirSync(unpacked);
      await timings.time('tar x', round, { argv: ['tar', '-xf', archive, '-C', unpacked] });
      remove(unpacked);
      await world.withPeer('restic', round, (program) => resticRound(world, program, project, round));
      await world.withPeer('dvc', round, (program) => dvcRound(world, program, project, round));
    }
    await countRequests(world, project);
    remove(join(project, '..'), archive);
  },
  rows: ({ options: { smallFiles, quick }, told }) => {
    const size = `${smallFiles / 1000}k files of 512 B, already added`;
    const requests = told.get('requests')?.requests;
    return [
      {
        work: `push ${size}: first`,
        of: 'mlo push small',
        atMostMs: 1500,
        against: [
          { with: 'restic backup small', name: 'restic', faster: 3 },
          { with: 'DVC push small', name: 'DVC', faster: 60 },
        ],
      },
      {
        work: 'push again, nothing new',
        of: 'mlo push small again',
        atMostMs: 500,
        against: [
          { with: 'restic backup small again', name: 'restic' },
          { with: 'DVC push small again', name: 'DVC' },
        ],
      },
      {
        work: 'pull them into an empty clone, with checkout',
        of: 'mlo pull small',
        against: [{ with: 'tar x' }, { with: 'restic restore small', name: 'restic' }, { with: 'DVC pull small', name: 'DVC', faster: 10 }],
      },
      {
        work: 'requests of the first push, counted by a proxy',
        measured: requests === undefined ? '' : String(requests),
        targets: [{ text: '≤ 40', reached: quick || requests === undefined ? undefined : requests <= 40 }],
      },
    ];
  },
};

async function resticRound({ timings, server }: World, program: string, project: string, round: number): Promise<void> {
  const bucket = server.bucket();
  const command = (...args: readonly string[]) => restic(program, server, bucket, project, ...args);
  await run(command('init'));
  await timings.time('restic backup small', round, command('backup', 'data'));
  await timings.time('restic backup small again', round, command('backup', 'data'));
  const restored = join(project, '..', 'restored');
  await timings.time('restic restore small', round, command('restore', 'latest', '--target', restored));
  remove(restored, join(project, '..', `restic-cache-${bucket}`));
}

async function dvcRound(world: World, program: string, project: string, round: number): Promise<void> {
  const { timings, server } = world;
  const folder = join(world.base, 'dvc');
  mkdirSync(folder);
  await run({ argv: ['cp', '-r', join(project, 'data'), folder] });
  await addToDvc(program, server, folder, 'data');
  await useBucket(program, server, folder, server.bucket());
  await timings.time('DVC push small', round, dvc(program, server, folder, 'push', '-q'));
  await timings.time('DVC push small again', round, dvc(program, server, folder, 'push', '-q'));
  remove(join(folder, 'data'), join(folder, '.dvc', 'cache'), join(folder, '.dvc', 'tmp'), join(folder, '.dvc', 'site-cache'));
  await timings.time('DVC pull small', round, dvc(program, server, folder, 'pull', '-q'));
  remove(folder);
}

/** Not timed: the proxy itself takes time. */
async function countRequests(world: World, project: string): Promise<void> {
  const proxy = await startProxy(world.server.endpoint);
  world.pointAt(project, world.server.bucket(), proxy.endpoint);
  await run(world.mlo(project, 'push'));
  world.told.set('requests', { requests: proxy.requests(), bytesSent: 0 });
  proxy.close();
}
