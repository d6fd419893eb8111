import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { requirePeer, runCommand, temporaryFolder } from '../../helpers/index.ts';

const DRIVER = fileURLToPath(new URL('driver.ts', import.meta.url));

it('nothing is deleted before what takes its place would survive a power loss, pack and name', async () => {
  const strace = requirePeer('strace');
  const root = await temporaryFolder('mlo-durable-');
  const cacheDir = join(root, 'cache');
  mkdirSync(cacheDir);
  const trace = join(root, 'trace');
  const calls = 'rename,unlink,unlinkat,fsync,fdatasync';
  const { stdout } = await runCommand(
    strace,
    ['-f', '-y', '-s', '300', '-o', trace, '-e', `trace=${calls}`, process.execPath, DRIVER, cacheDir, 'one'],
    {
      cwd: root,
      env: process.env,
    },
  );
  expect(stdout).toMatch(/done\n$/);
  let deleted = 0;
  let packs = 0;
  const unsafePacks = new Set<string>();
  let isFolderSafe = true;
  for (const line of readFileSync(trace, 'utf8').split('\n')) {
    const named = /rename\(.*"([^"]*\.pack)"\)/.exec(line)?.[1];
    const synced = /fdatasync\(\d+<([^>]*)>/.exec(line)?.[1];
    if (named !== undefined) {
      packs += 1;
      unsafePacks.add(named);
      isFolderSafe = false;
    }
    if (synced !== undefined) unsafePacks.delete(synced);
    if (/fsync\(\d+<[^>]*\/packs>/.test(line) && unsafePacks.size === 0) isFolderSafe = true;
    if (!/unlink.*\.(pack|jnl)"/.test(line)) continue;
    deleted += 1;
    expect([...unsafePacks], line).toEqual([]);
    expect(isFolderSafe, line).toBe(true);
  }
  expect({ deleted, packs }).toEqual({ deleted: 10, packs: expect.toSatisfy((count: number) => count > 10) });
});
