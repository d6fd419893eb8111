import { randomFillSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openCache } from '../../../src/cache/open.ts';
import { directoryRemote } from '../../../src/remote/directory/directory-remote.ts';
import { IndexSet } from '../../../src/remote/index-set.ts';
import { takeLease } from '../../../src/remote/leases.ts';
import { planPush } from '../../../src/remote/push/plan-push.ts';
import { pushObjects } from '../../../src/remote/push/push-objects.ts';
import { temporaryFolder } from '../../helpers/index.ts';

it('a push of a large file has as many packs in memory as may be on their way, and one that is filled', async () => {
  const root = await temporaryFolder();
  const file = join(root, 'large.bin');
  writeFileSync(file, randomFillSync(Buffer.alloc(100 * 2 ** 20)));
  const cache = openCache({ cacheDir: join(root, 'cache'), stateDir: join(root, 'state'), root });
  const wanted = await cache.commit(file);
  const remote = directoryRemote(join(root, 'remote'));
  const lease = await takeLease(remote, 'push', { command: 'test', waitMs: 0 });
  const memories = new Set<ArrayBufferLike>();
  let [packs, onTheirWay, most] = [0, 0, 0];
  const put = remote.put.bind(remote);
  remote.put = async (key, body) => {
    if (!key.startsWith('packs/') || !(body instanceof Uint8Array)) return await put(key, body);
    memories.add(body.buffer);
    packs += 1;
    onTheirWay += 1;
    most = Math.max(most, onTheirWay);
    const result = await put(key, body);
    onTheirWay -= 1;
    return result;
  };

  await pushObjects(planPush(cache.objects, IndexSet.none, [wanted]), {
    remote,
    lease,
    local: cache.objects,
    index: IndexSet.none,
    indexFolder: join(root, 'copies'),
    jobs: 2,
  });
  await lease.release();
  await cache.close();

  expect(packs).toBe(4);
  expect(most).toBeLessThanOrEqual(2);
  expect(memories.size).toBeLessThanOrEqual(3);
});
