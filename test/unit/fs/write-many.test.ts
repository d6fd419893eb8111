import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeFilesAtomic } from '../../../src/fs/write-many.ts';
import { temporaryFolder } from '../../helpers/index.ts';

it('writes all files into their folders, over old ones, and tells how many are done', async () => {
  const root = await temporaryFolder();
  writeFileSync(join(root, '0'), 'old');
  const files = Array.from(
    { length: 150 },
    (_, index) => [join(root, index % 2 === 0 ? `${index}` : `sub/${index}`), `text ${index}`] as const,
  );
  const told: number[] = [];
  await writeFilesAtomic(files, (done) => told.push(done));
  for (const [path, text] of files) expect(readFileSync(path, 'utf8')).toBe(text);
  expect([readdirSync(root).length, readdirSync(join(root, 'sub')).length, told]).toEqual([76, 75, [64, 128, 150]]);
});

it('writes none of them where one cannot be, and leaves nothing behind', async () => {
  const root = await temporaryFolder();
  const files = [
    ...Array.from({ length: 70 }, (_, index) => [join(root, `${index}`), 'x'] as const),
    [join(root, 'n'.repeat(256), 'x'), 'y'] as const,
  ];
  await expect(writeFilesAtomic(files)).rejects.toMatchObject({ code: 'ENAMETOOLONG' });
  expect(readdirSync(root)).toEqual([]);
});
