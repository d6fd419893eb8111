import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Collector } from '../../../src/cache/gc/collector.ts';
import { openCache } from '../../../src/cache/open.ts';
import { verifyStore } from '../../../src/cache/verify/verify-store.ts';
import type { Content } from '../../../src/core/content.ts';
import { IndexSet } from '../../../src/remote/index-set.ts';
import { planPush } from '../../../src/remote/push/plan-push.ts';
import { progressText } from '../../../src/ui/format/progress.ts';
import { plainStyle } from '../../../src/ui/style.ts';
import { temporaryFolder } from '../../helpers/index.ts';

const FILES = 5000;

/** A cache that holds a folder of very many files. */
async function cacheOfMany(): Promise<{ readonly root: string; readonly cacheDir: string; readonly content: Content }> {
  const root = await temporaryFolder('mlo-walks-');
  for (const folder of ['a', 'b']) {
    mkdirSync(join(root, 'data', folder), { recursive: true });
    for (let index = 0; index < FILES / 2; index += 1) writeFileSync(join(root, 'data', folder, `f${index}`), `${folder}${index}`);
  }
  const cacheDir = join(root, '.mlo', 'cache');
  const cache = openCache({ root, cacheDir, stateDir: join(root, '.mlo', 'state') });
  const content = await cache.commit(join(root, 'data'));
  await cache.close();
  return { root, cacheDir, content };
}

test('who walks through a large cache without reading it says how far it is', async () => {
  const { root, cacheDir, content } = await cacheOfMany();
  const objects = FILES + 3;

  const verified: number[] = [];
  const onObjects = (count: number): unknown => verified.push(count);
  const { needed } = await verifyStore({ cacheDir, root, quick: true, roots: [content], onObjects });
  expect(needed).toBe(objects);
  expect(verified[0]).toBe(4096);
  expect(verified.slice(1)).toEqual(verified.slice(1).sort((a, b) => a - b));
  expect(verified.at(-1)).toBeGreaterThanOrEqual(FILES / 2);

  const collected: number[] = [];
  const collector = new Collector(cacheDir, (count) => collected.push(count));
  collector.mark({ claims: [{ label: 'all', roots: [content] }], keepsRun: () => true, youngSinceMs: Infinity });
  collector.close();
  expect(collected).toEqual(verified);

  const planned: number[] = [];
  const cache = openCache({ root, cacheDir, stateDir: join(root, '.mlo', 'state'), readOnly: true });
  const plan = planPush(cache.objects, IndexSet.none, [content], (count) => planned.push(count));
  await cache.close();
  expect(plan.small.count).toBe(FILES);
  expect(planned).toHaveLength(3);
  expect(planned.at(-1)).toBeGreaterThan(FILES / 2);
});

test('it is told in words, in objects or files', () => {
  const progress = (unit: 'objects' | 'files', total: number): string =>
    progressText(
      { latest: { type: 'progress', task: 'look', label: 'the cache', done: 250_000, total, unit }, startedMs: 0, updatedMs: 1000 },
      plainStyle(50),
    );
  expect(progress('objects', 0)).toBe('looking at the cache 250,000 objects, 250,000/s');
  expect(progress('files', 500_000)).toMatch(/^looking at the cache 250,000 of 500,000 files/);
});
