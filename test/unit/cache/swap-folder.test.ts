import { appendFileSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { swapFolder } from '../../../src/cache/checkout/place-again.ts';
import { nodeStat, type Node } from '../../../src/cache/scan/node.ts';
import type { Digest } from '../../../src/core/content.ts';
import { toBytePath, toDisplayPath, type BytePath } from '../../../src/fs/byte-path.ts';
import { temporaryFolder } from '../../helpers/index.ts';

function seen(path: string): Node {
  const stat = lstatSync(path);
  const content = { digest: '' as Digest, size: stat.size, kind: 'file' } as const;
  if (!stat.isDirectory()) return { content, stat: nodeStat(stat) };
  const children = readdirSync(path).map((name): [BytePath, Node] => [toBytePath(name), seen(join(path, name))]);
  return { content, stat: nodeStat(stat), children: new Map(children) };
}

test('what was written into a folder after it was seen is in the one that takes its place; what was seen goes', async () => {
  const root = await temporaryFolder();
  const [old, fresh] = [join(root, 'data'), join(root, 'fresh')];
  for (const folder of [old, fresh]) {
    mkdirSync(join(folder, 's'), { recursive: true });
    for (const name of ['same', 'edited', 's/deep', 's/appended']) writeFileSync(join(folder, name), name);
  }
  const node = seen(old);
  writeFileSync(join(old, 'edited'), 'another text');
  appendFileSync(join(old, 's/appended'), ' and more');
  writeFileSync(join(old, 's/new'), 'new');
  mkdirSync(join(old, 'results'));
  writeFileSync(join(old, 'results/x'), 'x');
  mkdirSync(join(old, '.mlo-tmp-0123456789abcdef'));
  const { ino } = lstatSync(join(fresh, 'same'));
  const written = swapFolder(toBytePath(fresh), toBytePath(old), node);
  expect(written.map(toDisplayPath).sort()).toEqual(['edited', 'results', 's/appended', 's/new'].map((name) => join(old, name)));
  expect(readdirSync(root)).toEqual(['data']);
  expect(readdirSync(old, { recursive: true }).sort()).toEqual(
    ['edited', 'results', 'results/x', 's', 's/appended', 's/deep', 's/new', 'same'].sort(),
  );
  expect(['edited', 's/appended', 's/new', 's/deep'].map((name) => readFileSync(join(old, name), 'utf8'))).toEqual([
    'another text',
    's/appended and more',
    'new',
    's/deep',
  ]);
  expect(lstatSync(join(old, 'same')).ino).toBe(ino);
});
