import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { mloHere } from '../../helpers/mlo-here.ts';
import { clone, keysOf, noise, projectWithData, sameData, succeeds, testRemote } from './remotes.ts';

const MB = 1_000_000;
const HALF = 10 * MB;

it('large files come whole, with chunks that are there twice or compressed, or not at all', async () => {
  const remote = await testRemote('bucket');
  const half = noise(HALF);
  const text = Buffer.from('a line that is there again and again\n'.repeat(60_000));
  const project = await projectWithData(
    {
      'data/twice.bin': Buffer.concat([half, text, half]),
      'data/half.bin': Buffer.concat([half, Buffer.from('end')]),
      'data/text.txt': text,
    },
    ['data/twice.bin', 'data/half.bin', 'data/text.txt'],
    remote,
  );
  await succeeds(project, ['push']);
  const copy = await clone(project, remote);
  expect((await succeeds(copy, ['pull'])).fetch).toMatchObject({ files: 3, bytes: 3 * HALF + 2 * text.length + 3, missing: [] });
  await sameData(project, copy);
  expect((await succeeds(copy, ['verify'])).ok).toBe(true);

  const sample = half.subarray(5 * MB, 5 * MB + 100);
  const packs = keysOf(remote.folder).filter((key) => key.startsWith('packs/'));
  const key = packs.find((each) => readFileSync(join(remote.folder, each)).includes(sample)) as string;
  const path = join(remote.folder, key);
  const pack = readFileSync(path);
  pack[pack.indexOf(sample)] = 1 ^ (sample[0] as number);
  rmSync(path);
  writeFileSync(path, pack);
  const other = await clone(project, remote);
  const { code, data } = await mloHere(other, ['pull']);
  expect(code).toBe(3);
  const told = data.fetch.missing.map((each: any) => `${each.uses[0].path} ${each.corruptAt}`).sort();
  expect(told).toEqual([`data/half.bin ${key}`, `data/twice.bin ${key}`]);
  expect([other.exists('data/half.bin'), other.exists('data/twice.bin')]).toEqual([false, false]);
  expect(await other.read('data/text.txt')).toBe(text.toString());
});
