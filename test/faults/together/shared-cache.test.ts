import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { verify } from '../../../src/app/verify.ts';
import { isTemporaryName } from '../../../src/core/encoding/tree-format.ts';
import { appContext, startCommand } from '../../helpers/index.ts';
import { faults, scratchFolder } from '../lib/index.ts';
import { IS_FULL } from '../lib/is-full.ts';

const USER = fileURLToPath(new URL('user.ts', import.meta.url));
const ROUNDS = IS_FULL ? 100 : 8;

describe('several processes add, check out and collect garbage in one cache at once', () => {
  it.each([2, 8])(
    '%i of them: each gets back what it has added, and everything verifies',
    async (count) => {
      const cacheDir = join(scratchFolder(), 'cache');
      const roots = Array.from({ length: count }, () => project(cacheDir));
      const all = roots.map((root, user) =>
        startCommand(process.execPath, [USER, root, `${user + 1}`, `${ROUNDS}`], { cwd: root, env: process.env, timeoutMs: 580_000 }),
      );
      for (const { ended } of all) {
        const { stdout, stderr } = await ended;
        expect(`${stdout}${stderr}`).toBe('done\n');
      }
      for (const root of roots)
        expect(await verify(appContext(root), { quick: false, repair: false })).toMatchObject({ ok: true, damages: [], objects: [] });
      expect(readdirSync(join(cacheDir, 'leases'))).toEqual([]);
      expect(
        readdirSync(cacheDir, { recursive: true, encoding: 'utf8' }).filter((path) =>
          isTemporaryName(path.slice(path.lastIndexOf('/') + 1)),
        ),
      ).toEqual([]);
      faults(`processes at once`, count * ROUNDS);
    },
    600_000,
  );
});

function project(cacheDir: string): string {
  const root = scratchFolder();
  mkdirSync(join(root, '.mlo'));
  writeFileSync(join(root, '.mlo/config.yaml'), `cache.dir: ${cacheDir}\ngc.grace: 0s\n`);
  return root;
}
