import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { changeFiles, writeTree } from '../files.ts';
import { floorCommand } from '../floors.ts';
import { dvcCommand } from '../peers.ts';
import { run } from '../process.ts';
import { remove } from '../workplace.ts';
import type { Section, World } from '../world.ts';

const CHANGED = 100;
const HARDLINKS = { MLO_CACHE_LINK: 'hardlink' };
const COPIES = { MLO_CACHE_LINK: 'copy' };

/** Writing a folder out: all of it into nothing, by copies and by hard links, and 100 files of it. */
export const checkoutSection: Section = {
  async measure(world) {
    const { timings, peers } = world;
    const project = await world.added();
    const linked = await projectOfHardlinks(world);
    const archive = join(world.base, 'archive/data.tar');
    mkdirSync(dirname(archive));
    if (peers.tar) await run({ argv: ['tar', '-cf', archive, '-C', project, 'data'] });
    for (const round of world.rounds) {
      remove(join(project, 'data'));
      await timings.time('mlo checkout', round, world.mlo(project, ['checkout'], COPIES));
      const created = join(world.base, 'created');
      await timings.time('create all', round, floorCommand('create', join(project, 'data'), created));
      remove(created);
      if (peers.tar) await tarRound(world, archive, round);
      remove(join(linked, 'data'));
      await timings.time('mlo checkout, hard links', round, world.mlo(linked, ['checkout'], HARDLINKS));
      remove(join(project, 'data'));
      await timings.time('mlo checkout, hard links from packs', round, world.mlo(project, ['checkout'], HARDLINKS));
      remove(join(project, '.mlo/cache/objects'), join(project, 'data'));
      await world.withPeer('dvc', round, (dvc) => dvcRound(world, dvc, round));
    }
    remove(linked, dirname(archive));
    await run(world.mlo(project, ['checkout'], COPIES));
    await someFiles(world, project);
  },
  rows: ({ size }) => [
    {
      work: `checkout of ${size} into an empty folder, copy`,
      of: 'mlo checkout',
      against: [
        { with: 'tar x', atMost: 0.75 },
        { with: 'create all', name: 'floor: create files, one thread' },
        { with: 'DVC checkout', name: 'DVC', faster: 3 },
      ],
    },
    {
      work: 'the same, hard links',
      of: 'mlo checkout, hard links',
      against: [{ with: 'DVC checkout, hard links', name: 'DVC', faster: 4 }],
    },
    {
      work: 'the same, the first time: until then all is in packs',
      of: 'mlo checkout, hard links from packs',
      against: [{ with: 'DVC checkout, hard links', name: 'DVC' }],
    },
    {
      work: `checkout that changes ${CHANGED} of ${size}`,
      of: 'mlo checkout of some',
      against: [{ with: 'mlo status before it', name: '`mlo status`', atMost: 1.5 }],
    },
  ],
};

async function projectOfHardlinks(world: World): Promise<string> {
  const project = join(world.base, 'mlo-hardlinks');
  mkdirSync(join(project, '.mlo'), { recursive: true });
  await writeTree(join(project, 'data'), world.shape);
  await run(world.mlo(project, ['add', 'data'], HARDLINKS));
  return project;
}

async function tarRound({ timings, base }: World, archive: string, round: number): Promise<void> {
  const folder = join(base, 'untarred');
  mkdirSync(folder);
  await timings.time('tar x', round, { argv: ['tar', '-xf', archive, '-C', folder], cwd: dirname(archive) });
  remove(folder);
}

async function dvcRound(world: World, dvc: string, round: number): Promise<void> {
  const folder = await world.dvcAdded(dvc);
  for (const [type, name] of [
    ['copy', 'DVC checkout'],
    ['hardlink', 'DVC checkout, hard links'],
  ] as const) {
    await run(dvcCommand(dvc, folder, 'config', 'cache.type', type));
    remove(join(folder, 'data'));
    await world.timings.time(name, round, dvcCommand(dvc, folder, 'checkout', '-q'));
  }
  await run(dvcCommand(dvc, folder, 'config', 'cache.type', 'copy'));
  remove(join(folder, 'data'));
  await run(dvcCommand(dvc, folder, 'checkout', '-q'));
}

/** To and fro between two versions of the folder. */
async function someFiles(world: World, project: string): Promise<void> {
  const pointer = join(project, 'data.mlo');
  const indexes = Array.from({ length: CHANGED }, (_, index) => Math.floor((index * world.shape.files) / CHANGED));
  const versions = [readFileSync(pointer)];
  changeFiles(join(project, 'data'), indexes, world.shape, 'other version');
  await run(world.mlo(project, ['add', 'data']));
  versions.push(readFileSync(pointer));
  for (const round of world.rounds) {
    await world.timings.time('mlo status before it', round, world.mlo(project, ['status']));
    writeFileSync(pointer, versions[(round + 1) % 2] ?? '');
    await world.timings.time('mlo checkout of some', round, world.mlo(project, ['checkout']));
  }
}
