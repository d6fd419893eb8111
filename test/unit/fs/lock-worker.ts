import { readFileSync, writeFileSync } from 'node:fs';
import { acquireLock } from '../../../src/fs/project-lock.ts';

const [path = '', counter = '', rounds] = process.argv.slice(2);

if (counter === 'hold') {
  await acquireLock(path, { command: 'hold', waitMs: 20_000 });
  process.stdout.write('held\n');
  setInterval(() => undefined, 1000);
} else {
  for (let round = 0; round < Number(rounds); round += 1) {
    const held = await acquireLock(path, { command: 'count', waitMs: 60_000 });
    // Reading and writing apart: two holders would lose a count.
    writeFileSync(counter, String(Number(readFileSync(counter, 'utf8')) + 1));
    held.release();
  }
}
