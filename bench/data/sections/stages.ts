import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dvcCommand, initDvc } from '../peers.ts';
import type { Section } from '../world.ts';

const STAGES = [1, 2, 3, 4, 5];
const PIPELINE = `stages:\n${STAGES.map(
  (number) => `  stage${number}:\n    cmd: echo ${number} > out${number}\n    deps:\n      - data\n    outs:\n      - out${number}\n`,
).join('')}`;

/** Five stages that read the same folder. */
export const stagesSection: Section = {
  async measure(world) {
    const { timings } = world;
    const project = await world.project();
    for (const round of world.rounds) {
      world.forget(project);
      writePipeline(project, 'pipeline.yaml');
      await timings.time('mlo repro', round, world.mlo(project, ['repro']));
      await timings.time('mlo repro, no-op', round, world.mlo(project, ['repro']));
      await world.withPeer('dvc', round, async (dvc) => {
        const folder = await world.dvcTree();
        await initDvc(dvc, folder, '--no-scm');
        writePipeline(folder, 'dvc.yaml');
        await timings.time('DVC repro', round, dvcCommand(dvc, folder, 'repro', '-q'));
        await timings.time('DVC repro, no-op', round, dvcCommand(dvc, folder, 'repro', '-q'));
      });
    }
    await world.discard();
  },
  rows: ({ size }) => [
    {
      work: `five stages sharing the ${size}: first \`repro\``,
      of: 'mlo repro',
      against: [{ with: 'DVC repro', name: 'DVC', faster: 40 }],
    },
    {
      work: 'the same, no-op `repro`',
      of: 'mlo repro, no-op',
      against: [{ with: 'DVC repro, no-op', name: 'DVC', faster: 18 }],
    },
  ],
};

function writePipeline(folder: string, name: string): void {
  for (const number of STAGES) rmSync(join(folder, `out${number}`), { force: true });
  writeFileSync(join(folder, name), PIPELINE);
}
