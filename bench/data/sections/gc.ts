import { join } from 'node:path';
import { changeFiles } from '../files.ts';
import { dvcCommand, initDvc } from '../peers.ts';
import { run } from '../process.ts';
import type { Section, World } from '../world.ts';

const REVISIONS = 20;
const CHANGED = 50;
const LIMIT_MS = 600;

/** Cleaning up and checking a cache that holds 20 revisions of the folder. */
export const gcSection: Section = {
  async measure(world) {
    const { timings } = world;
    const verbs = (
      [
        ['gc', ['gc', '--dry']],
        ['verify', ['verify', '--quick']],
      ] as const
    ).filter(([verb]) => world.hasVerb(verb));
    if (verbs.length === 0) return;
    const project = await world.project();
    world.forget(project);
    await revisions(world, project, ['data.mlo', '.gitignore'], () => run(world.mlo(project, ['add', 'data'])));
    await world.withPeer('dvc', 1, async (dvc) => {
      const folder = await world.dvcTree();
      await run({ argv: ['git', 'init', '-q'], cwd: folder });
      await initDvc(dvc, folder);
      await revisions(world, folder, ['data.dvc', '.gitignore'], () => run(dvcCommand(dvc, folder, 'add', '-q', 'data')));
    });
    for (const round of world.rounds) {
      for (const [verb, args] of verbs) await timings.time(`mlo ${verb}`, round, world.mlo(project, args));
      await world.withPeer('dvc', round, async (dvc) => {
        await timings.time('DVC gc', round, dvcCommand(dvc, await world.dvcTree(), 'gc', '-q', '-f', '--dry', '--all-commits'));
      });
    }
    await world.discard();
  },
  rows: ({ size }) => [
    { work: `\`gc --dry\`, ${size}, ${REVISIONS} revisions`, of: 'mlo gc', atMostMs: LIMIT_MS, against: [{ with: 'DVC gc' }] },
    { work: `\`verify --quick\`, ${size}, ${REVISIONS} revisions`, of: 'mlo verify', atMostMs: LIMIT_MS },
  ],
};

/** A commit of Git for each version of the folder. */
async function revisions(world: World, folder: string, tracked: readonly string[], add: () => Promise<unknown>): Promise<void> {
  const git = async (...args: readonly string[]): Promise<unknown> =>
    await run({ argv: ['git', '-c', 'user.name=bench', '-c', 'user.email=bench@example.org', ...args], cwd: folder });
  await git('init', '-q');
  for (let revision = 1; revision <= REVISIONS; revision += 1) {
    process.stderr.write(`  revision ${revision} of ${REVISIONS}\n`);
    const indexes = Array.from({ length: CHANGED }, (_, index) => (revision * CHANGED + index) % world.shape.files);
    changeFiles(join(folder, 'data'), indexes, world.shape, `revision ${revision}`);
    await add();
    await git('add', ...tracked);
    await git('commit', '-q', '-m', `revision ${revision}`);
  }
}
