import { join } from 'node:path';
import { resticCommand } from '../peers.ts';
import { run } from '../process.ts';
import { formatBytes, type Row } from '../rows.ts';
import { diskUse, remove, type DiskUse } from '../workplace.ts';
import type { Section } from '../world.ts';

const MOST_BYTES = 66e6;
const MOST_INODES = 300;

/** What a cache takes on the disk that holds the folder once. */
export const diskSection: Section = {
  async measure(world) {
    const project = await world.project();
    world.forget(project);
    await run(world.mlo(project, ['add', 'data']));
    const own = diskUse(join(project, '.mlo', 'cache'));
    const compared: string[] = [];
    await world.withPeer('dvc', 1, async (dvc) => {
      const folder = await world.dvcAdded(dvc);
      compared.push(`DVC ${formatUse(diskUse(join(folder, '.dvc', 'cache')))}`);
    });
    await world.withPeer('restic', 1, async (restic) => {
      const repository = join(world.base, 'restic-disk');
      await run(resticCommand(restic, repository, project, 'init'));
      await run(resticCommand(restic, repository, project, 'backup', 'data'));
      compared.push(`restic ${formatUse(diskUse(repository))}`);
      remove(repository, `${repository}-cache`);
    });
    world.add({ work: `disk used by ${world.size} of 512 B`, measured: formatUse(own), compared, targets: diskTargets(own) });
  },
};

function diskTargets({ bytes, inodes }: DiskUse): NonNullable<Row['targets']> {
  return [
    { text: `≤ ${formatBytes(MOST_BYTES)}`, reached: bytes <= MOST_BYTES },
    { text: `≤ ${MOST_INODES} inodes`, reached: inodes <= MOST_INODES },
  ];
}

function formatUse({ bytes, inodes }: DiskUse): string {
  return `${formatBytes(bytes)}, ${inodes} inodes`;
}
