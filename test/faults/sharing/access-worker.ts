import { appendFileSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exclusiveAccess, sharedAccess } from '../../../src/cache/sharing/access.ts';

/**
 * What a writer and a deleter of a cache do to each other, in small: a writer relies on a file for as long as it has its
 * lease, a deleter takes the files away that it finds. `log` gets a line for each file that went while it was relied on.
 */
const [role = '', cacheDir = '', rounds = '0', log = ''] = process.argv.slice(2);
const options = { command: `mlo ${role}`, root: cacheDir, waitMs: 60_000 };

if (role === 'hold-lease' || role === 'hold-lock') {
  await (role === 'hold-lease' ? sharedAccess(cacheDir, options) : exclusiveAccess(cacheDir, options));
  process.stdout.write('held\n');
  setInterval(() => undefined, 1000);
} else {
  for (let round = 0; round < Number(rounds); round += 1) {
    if (role === 'write') await write(round);
    else await remove();
  }
  appendFileSync(log, `${role} done\n`);
}

async function write(round: number): Promise<void> {
  const right = await sharedAccess(cacheDir, options);
  const file = join(cacheDir, 'relied-on', `${process.pid}-${round}`);
  writeFileSync(file, 'x');
  await new Promise((resolve) => setImmediate(resolve));
  if (!existsSync(file)) appendFileSync(log, `lost ${file}\n`);
  right.release();
  // A moment without a lease, in which a deleter can begin.
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
}

async function remove(): Promise<void> {
  const right = await exclusiveAccess(cacheDir, options);
  const folder = join(cacheDir, 'relied-on');
  // Long enough for writers that start meanwhile to be caught, were they not held back.
  for (let pass = 0; pass < 20; pass += 1) {
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { force: true });
    await new Promise((resolve) => setImmediate(resolve));
  }
  right.release();
}
