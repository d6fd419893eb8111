/**
 * One user of a shared cache: edits, adds, checks out what was added before, and (some of them) collects garbage, over and over,
 * each time as a command of its own. Arguments: project root, seed, rounds. Prints a line for whatever is not as it must be, and `done`.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { add } from '../../../src/app/add.ts';
import { checkout } from '../../../src/app/checkout.ts';
import { gc } from '../../../src/app/gc.ts';
import type { AppContext } from '../../../src/app/types.ts';
import { Random } from '../model/random.ts';

const [root = '', seed = '1', rounds = '1'] = process.argv.slice(2);
const random = new Random(Number(seed));
const ctx: AppContext = {
  cwd: root,
  env: { HOME: root },
  emit: () => undefined,
  signal: new AbortController().signal,
  command: `mlo user ${seed}`,
  waitMs: 300_000,
};
const at = (path: string): string => join(root, path);

mkdirSync(at('data/sub'), { recursive: true });
for (let round = 0; round < Number(rounds); round += 1) {
  try {
    await useIt(round);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    process.stdout.write(`${code ?? ''} ${message}\n`);
  }
}
process.stdout.write('done\n');

async function useIt(round: number): Promise<void> {
  // Half of the files are those of everybody, so that objects are shared.
  const files = new Map<string, string>();
  for (let each = 0; each < 40; each += 1)
    files.set(`sub/${each}`, each % 2 === 0 ? `of all, round ${round}, ${each}` : `of ${seed}, ${random.next()}`);
  files.set('large', `${random.chance(0.5) ? 'of all' : seed} ${round} `.repeat(10_000));
  for (const [path, text] of files) writeFileSync(at(`data/${path}`), text);
  await add(ctx, { paths: ['data'], commit: true });
  const scopes = { branches: false, tags: false, commits: 0, allCommits: false, runs: true, ignoreProjects: [] } as const;
  if (random.chance(0.4)) await gc(ctx, { ...scopes, force: true });
  rmSync(at('data'), { recursive: true });
  const { targets } = await checkout(ctx, { targets: [], force: false });
  for (const { error } of targets) if (error !== undefined) process.stdout.write(`${error}\n`);
  for (const [path, text] of files)
    if (readFileSync(at(`data/${path}`), 'utf8') !== text) process.stdout.write(`data/${path} is not what was added\n`);
}
