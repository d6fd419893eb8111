import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openCache } from '../../../src/cache/open.ts';
import { hashBytes } from '../../../src/fs/hash.ts';

/** Uses a cache the way `repro` does. `tell`: what is safe from kill -9, once it is. */
export async function useCache(root: string, writer: string, tell: (line: string) => void): Promise<void> {
  const cache = openCache({ cacheDir: join(root, 'cache'), stateDir: join(root, 'state'), root });
  const folder = join(root, `data-${writer}`);
  mkdirSync(join(folder, 'sub'), { recursive: true });
  writeFileSync(join(folder, 'small'), 'small');
  writeFileSync(join(folder, 'medium'), Buffer.alloc(200_000, 'medium'));
  writeFileSync(join(folder, 'large'), Buffer.alloc(5_000_000, 'large'));
  for (let each = 0; each < 20; each += 1) writeFileSync(join(folder, 'sub', String(each)), `number ${each}`);
  const content = await cache.commit(folder);
  cache.runs.add(hashBytes('key'), {
    schema: 1,
    record: { cmd: 'make' },
    outs: { data: { digest: content.digest, size: content.size, kind: 'tree', files: content.files ?? 0 } },
    run: { id: writer, startedMs: 1, durationMs: 1 },
  });
  tell(`stored ${content.digest}`);
  await cache.flush();
  rmSync(join(folder, 'sub', '3'));
  rmSync(join(folder, 'medium'));
  await cache.checkout(content, folder);
  await cache.close();
  tell('done');
}
