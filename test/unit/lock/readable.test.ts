import { expect, test } from 'vitest';
import type { Digest } from '../../../src/core/content.ts';
import { readableContent, readableLock } from '../../../src/core/lock/readable.ts';
import type { Lock } from '../../../src/core/lock/types.ts';

const A = `${'a'.repeat(12)}${'0'.repeat(52)}` as Digest;
const B = `${'b'.repeat(12)}${'0'.repeat(52)}` as Digest;

test('a lock is a line a fact, each with the name of its stage, in an order that does not depend on how it was written', () => {
  const lock: Lock = {
    hash: 'blake3-256',
    schema: 1,
    stages: {
      train: {
        seed: 7,
        cmd: 'first\nsecond',
        outs: { 'z.bin': { digest: B, size: 5, mode: 'exec' }, model: { digest: A, size: 12, kind: 'tree', files: 2 } },
        params: { 'b.yaml': { y: 1, x: [1, 'two'] }, 'a.yaml': { z: Number.NaN } },
        deps: { link: { digest: B, size: 4, kind: 'symlink' }, data: { digest: A, size: 3 } },
        names: { outs: { model: 'model' }, deps: { test: 'link', data: 'data' } },
        code: { 'train.ts': A, 'gone.ts': 'missing' },
        packages: { 'x@1': '' },
        env: { TOKEN: B },
      },
      prepare: { cmd: ['one', 'two'] },
    },
  };
  expect(readableLock(lock).split('\n')).toEqual([
    'prepare: cmd ["one","two"]',
    'train: cmd first\\nsecond',
    'train: seed 7',
    'train: param a.yaml:z = {"$number":"NaN"}',
    'train: param b.yaml:x = [1,"two"]',
    'train: param b.yaml:y = 1',
    'train: name deps.data = data',
    'train: name deps.test = link',
    'train: name outs.model = model',
    'train: dep data aaaaaaaaaaaa, 3 bytes',
    'train: dep link bbbbbbbbbbbb, symlink, 4 bytes',
    'train: code gone.ts missing',
    'train: code train.ts aaaaaaaaaaaa',
    'train: package x@1',
    'train: env TOKEN bbbbbbbbbbbb',
    'train: out model aaaaaaaaaaaa, tree, 2 files, 12 bytes',
    'train: out z.bin bbbbbbbbbbbb, 5 bytes, exec',
    '',
  ]);
});

test('a pointer is one line', () => {
  expect(readableContent({ kind: 'file', digest: A, size: 3 })).toBe('data aaaaaaaaaaaa, 3 bytes\n');
  expect(readableContent({ kind: 'tree', digest: B, size: 3, files: 0 })).toBe('data bbbbbbbbbbbb, tree, 0 files, 3 bytes\n');
});
