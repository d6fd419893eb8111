import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { mergeFiles } from '../../../src/app/merge-driver.ts';
import type { Digest } from '../../../src/core/content.ts';
import { formatPointer } from '../../../src/core/pointer.ts';
import { temporaryFolder } from '../../helpers/index.ts';

/** A pointer of an import: its data by one letter, and the state of its source. */
function pointer(data: string, etag: string): string {
  return formatPointer({ digest: data.repeat(64) as Digest, size: 1, kind: 'file' }, { url: 's3://bucket/x', etag });
}

async function merged(base: string, ours: string, theirs: string): Promise<{ readonly text: string; readonly conflicts: number }> {
  const folder = await temporaryFolder();
  const files = { base: join(folder, 'base'), ours: join(folder, 'ours'), theirs: join(folder, 'theirs'), path: 'x.mlo' };
  writeFileSync(files.base, base);
  writeFileSync(files.ours, ours);
  writeFileSync(files.theirs, theirs);
  const { conflicts } = mergeFiles(folder, files);
  return { text: readFileSync(files.ours, 'utf8'), conflicts: conflicts.length };
}

it('takes the side that updated an import, with its source', async () => {
  const [base, newer] = [pointer('a', '1'), pointer('b', '2')];
  expect(await merged(base, base, newer)).toEqual({ text: newer, conflicts: 0 });
  expect(await merged(base, newer, base)).toEqual({ text: newer, conflicts: 0 });
  expect(await merged(base, newer, pointer('a', '9'))).toEqual({ text: newer, conflicts: 0 });
  expect(await merged(base, pointer('a', '9'), newer)).toEqual({ text: newer, conflicts: 0 });
  expect(await merged(base, newer, newer)).toEqual({ text: newer, conflicts: 0 });
});

it('shows both sides, sources included, where both updated it differently', async () => {
  const [base, ours, theirs] = [pointer('a', '1'), pointer('b', '2'), pointer('c', '3')];
  const { text, conflicts } = await merged(base, ours, theirs);
  expect(conflicts).toBe(1);
  expect(text).toBe(`<<<<<<< ours\n${ours}=======\n${theirs}>>>>>>> theirs\n`);
});
