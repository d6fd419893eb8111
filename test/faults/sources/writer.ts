/**
 * Changes the files of a folder for as long as it lives, in every way that writers do. Arguments: folder, seed. Every file always
 * says in its bytes what it is: `<name> <number> ` over and over, so that bytes of two writes in one file show.
 */
import { appendFileSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../model/random.ts';

const [folder = '', seed = '1'] = process.argv.slice(2);
const random = new Random(Number(seed));

process.stdout.write('writing\n');
for (let number = 0; ; number += 1) {
  const names = readdirSync(folder).filter((name) => !name.startsWith('.mlo-tmp'));
  const name = random.chance(0.8) && names.length > 0 ? random.pick(names) : `file-${random.below(60)}`;
  const path = join(folder, name);
  const text = `${name} ${number} `.repeat(1 + random.below(400));
  try {
    change(path, text);
  } catch {
    // Somebody else was quicker: a folder in its place, or nothing any more.
  }
  if (number % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
}

function change(path: string, text: string): void {
  switch (random.below(7)) {
    case 0:
      return appendFileSync(path, text);
    case 1:
      return writeFileSync(path, text);
    case 2:
      writeFileSync(`${path}~`, text);
      return renameSync(`${path}~`, path);
    case 3:
      return rmSync(path, { recursive: true, force: true });
    case 4:
      return renameSync(path, join(folder, `file-${random.below(60)}`));
    case 5:
      mkdirSync(path, { recursive: true });
      return writeFileSync(join(path, 'inside'), text);
    default:
      return writeFileSync(path, text.slice(0, 100));
  }
}
