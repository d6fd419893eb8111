/** Uses a cache the way `repro` does, to be killed or refused at any system call. Arguments: project root, name of this writer. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openCache } from '../../../src/cache/open.ts';
import { hashBytes } from '../../../src/fs/hash.ts';

const [root = '', writer = ''] = process.argv.slice(2);
const cache = openCache({ cacheDir: join(root, 'cache'), stateDir: join(root, 'state'), root });
const folder = join(root, `data-${writer}`);

try {
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
  process.stdout.write(`stored ${content.digest}\n`);
  await cache.flush();
  rmSync(join(folder, 'sub', '3'));
  rmSync(join(folder, 'medium'));
  await cache.checkout(content, folder);
  await cache.close();
  process.stdout.write('done\n');
} catch (error) {
  const { code, message, hint } = error as { code?: string; message: string; hint?: string };
  process.stdout.write(`${JSON.stringify({ code, message, hint })}\n`);
  process.exitCode = 1;
}
