import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { toBytePath } from '../../../src/fs/byte-path.ts';
import { removeTree } from '../../../src/fs/remove-tree.ts';
import { temporaryFolder } from '../../helpers/index.ts';

test('a folder goes with all that is in it, told folder by folder; what links lead to stays', async () => {
  const root = await temporaryFolder('mlo-remove-');
  mkdirSync(join(root, 'data', 'a', 'b'), { recursive: true });
  mkdirSync(join(root, 'data', 'empty'));
  mkdirSync(join(root, 'elsewhere'));
  writeFileSync(join(root, 'elsewhere', 'kept'), 'kept');
  symlinkSync('../elsewhere', join(root, 'data', 'link'));
  for (const name of ['data/1', 'data/2', 'data/a/3', 'data/a/b/4', 'data/a/b/ö']) writeFileSync(join(root, name), name);
  writeFileSync(Buffer.concat([Buffer.from(join(root, 'data', 'a', 'b', 'not utf-8 ')), Buffer.from([0xff])]), 'bytes');

  const told: number[] = [];
  removeTree(toBytePath(join(root, 'data')), (files) => told.push(files));
  expect(readdirSync(root)).toEqual(['elsewhere']);
  expect(readFileSync(join(root, 'elsewhere', 'kept'), 'utf8')).toBe('kept');
  expect(told[0]).toBe(3);
  expect(told.at(-1)).toBe(7);
  expect(told).toHaveLength(4);
});

test('what is gone already is no error', async () => {
  const root = await temporaryFolder('mlo-remove-');
  removeTree(toBytePath(join(root, 'nothing')), () => {});
  expect(existsSync(root)).toBe(true);
});
