import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createProjectHere } from '../../helpers/index.ts';

test('a packed object that was found broken before is said to be damaged, not to be missing', async () => {
  const files = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`d/f${index}`, `content ${index}\n`]));
  const project = await createProjectHere({ '.mlo/config.yaml': '', ...files });
  expect((await project.mlo(['add', 'd'])).code).toBe(0);
  for (const name of readdirSync(project.path('.mlo/cache/packs')).filter((each) => each.endsWith('.pack'))) {
    const path = project.path('.mlo/cache/packs', name);
    const bytes = readFileSync(path);
    for (const at of [200, 300]) bytes[at] = (bytes[at] ?? 0) ^ 0x10;
    chmodSync(path, 0o644);
    writeFileSync(path, bytes);
  }
  const found = (await project.mlo(['verify', '--json'])).json().data as any;
  const [bad] = found.objects.flatMap((object: any) => object.uses.map((use: any) => use.path)).filter((path: string) => path !== 'd');
  for (const _attempt of [1, 2]) {
    const { code, stderr } = await project.mlo(['cat', bad]);
    expect([code, stderr]).toEqual([12, expect.stringContaining('in the cache is damaged')]);
  }
});
