import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LARGEST_AT_ONCE, readWhole } from '../../../src/fs/read-whole.ts';
import { temporaryFolder } from '../../helpers/index.ts';

async function read(content: string | Uint8Array, size: number): Promise<Buffer> {
  const path = join(await temporaryFolder(), 'file');
  writeFileSync(path, content);
  const file = openSync(path, 'r');
  try {
    return Buffer.from(readWhole(file, size));
  } finally {
    closeSync(file);
  }
}

test('a file that has as many bytes as was said is read whole', async () => {
  expect((await read('seven..', 7)).toString()).toBe('seven..');
  expect(await read('', 0)).toEqual(Buffer.alloc(0));
  const large = Buffer.alloc(LARGEST_AT_ONCE, 'large');
  expect((await read(large, large.length)).equals(large)).toBe(true);
});

test('one that is longer shows by one byte more, one that is shorter by those that are there', async () => {
  expect((await read('longer than said', 6)).toString()).toBe('longer ');
  expect((await read('short', 100)).toString()).toBe('short');
  expect((await read('', 100)).length).toBe(0);
});
