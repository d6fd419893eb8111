import { randomFillSync } from 'node:crypto';
import { copyFileSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCache } from '../../../src/cache/open.ts';
import { openStore } from '../../../src/cache/open-store.ts';
import { ENCODING, FAN_OUT_BYTES } from '../../../src/cache/packs/pack-format.ts';
import { RowTable } from '../../../src/cache/packs/row-table.ts';
import type { LocalObjects, ReceivedObjects } from '../../../src/cache/transfer.ts';
import { treeOf } from '../../../src/cache/tree-objects.ts';
import type { Cache } from '../../../src/cache/types.ts';
import type { Content, Digest } from '../../../src/core/content.ts';
import type { TreeRow } from '../../../src/core/encoding/tree-format.ts';
import { toBytePath } from '../../../src/fs/byte-path.ts';
import { digestBytes, hashBytes } from '../../../src/fs/hash.ts';
import { directoryRemote } from '../../../src/remote/directory/directory-remote.ts';
import { IndexSet } from '../../../src/remote/index-set.ts';
import { takeLease } from '../../../src/remote/leases.ts';
import type { Remote } from '../../../src/remote/port.ts';
import { Delivery } from '../../../src/remote/push/delivery.ts';
import { planPush } from '../../../src/remote/push/plan-push.ts';
import { pushObjects, type PushResult } from '../../../src/remote/push/push-objects.ts';
import { temporaryFolder } from '../../helpers/index.ts';

const FILES = 300;
/** Of each file, bytes. */
const SIZE = 16_000;

/** Two folders of 300 files of 16 KB, the files of each in a pack that may go whole, their trees in small ones. */
async function twoPacks(): Promise<{ readonly root: string; readonly cache: Cache; readonly wanted: readonly Content[] }> {
  const root = await temporaryFolder();
  const cache = openCache({ cacheDir: join(root, 'cache'), stateDir: join(root, 'state'), root });
  return { root, cache, wanted: [folderIn(cache), folderIn(cache)] };
}

function folderIn(cache: Cache): Content {
  const received = cache.objects.receive();
  const put = (bytes: Buffer, take: ReceivedObjects['putFile']): void => take(digestBytes(bytes), bytes, bytes.length, ENCODING.raw);
  const rows = Array.from({ length: FILES }, (_, number): TreeRow => {
    const bytes = randomFillSync(Buffer.alloc(SIZE));
    put(bytes, received.putFile);
    return { name: toBytePath(`file${number + 1000}`), type: 'file', digest: hashBytes(bytes), size: SIZE };
  });
  const { content, bytes } = treeOf(rows);
  put(bytes, received.putTree);
  received.finish();
  return content;
}

function packsOf(cacheDir: string): readonly string[] {
  return readdirSync(join(cacheDir, 'packs')).filter((name) => name.endsWith('.pack'));
}

/** Returns what another mlo does at the end of a command: one pack is there, then those that it takes the place of are gone. */
async function combining(root: string): Promise<() => void> {
  const [cacheDir, copy] = [join(root, 'cache'), join(root, 'copy')];
  cpSync(cacheDir, copy, { recursive: true });
  const old = packsOf(copy);
  const { packs } = openStore({ cacheDir: copy, readOnly: false }).store;
  const [combined = ''] = await packs.rewrite([...packs.names()], () => true);
  packs.close();
  return () => {
    copyFileSync(join(copy, 'packs', combined), join(cacheDir, 'packs', combined));
    for (const name of old) rmSync(join(cacheDir, 'packs', name), { force: true });
  };
}

interface Pushed extends PushResult {
  readonly progress: number;
  readonly bytes: number;
  /** What a second push would find to do. */
  readonly left: number;
}

async function push(
  root: string,
  wanted: readonly Content[],
  local: LocalObjects,
  { remote = directoryRemote(join(root, 'remote')), onPlan = () => {} }: { readonly remote?: Remote; onPlan?(): void } = {},
): Promise<Pushed> {
  const lease = await takeLease(remote, 'push', { command: 'test', waitMs: 0 });
  const indexFolder = join(root, 'copies');
  const plan = planPush(local, IndexSet.none, wanted);
  onPlan();
  let progress = 0;
  const onProgress = (bytes: number): void => void (progress = bytes);
  const result = await pushObjects(plan, { remote, lease, local, index: IndexSet.none, indexFolder, jobs: 2, onProgress });
  await lease.release();
  const { small, trees } = planPush(local, await IndexSet.load(remote, indexFolder), wanted);
  return { ...result, progress, bytes: plan.bytes, left: small.count + trees.count };
}

describe('packs of the cache that go as they are', () => {
  it('and that another mlo puts together with others before they are sent: what is in them goes all the same', async () => {
    const { root, cache, wanted } = await twoPacks();
    const combine = await combining(root);
    const local: LocalObjects = {
      ...cache.objects,
      *packs() {
        for (const pack of cache.objects.packs()) {
          combine();
          yield pack;
        }
      },
    };
    const pushed = await push(root, wanted, local);
    expect(pushed).toMatchObject({ files: 2 * FILES, trees: 2, damaged: [], left: 0, progress: pushed.bytes });
    await cache.close();
  });

  it('and that another mlo puts together with others while they are sent: what is in them goes all the same', async () => {
    const { root, cache, wanted } = await twoPacks();
    const combine = await combining(root);
    const remote = directoryRemote(join(root, 'remote'));
    const put = remote.put.bind(remote);
    remote.put = async (key, body) => {
      if (!(body instanceof Uint8Array)) combine();
      return await put(key, body);
    };
    const pushed = await push(root, wanted, cache.objects, { remote });
    expect(pushed).toMatchObject({ files: 2 * FILES, trees: 2, damaged: [], left: 0, progress: pushed.bytes });
    await cache.close();
  });

  it('are told of on the way, so that a push that follows one that was killed need not send them again', async () => {
    const root = await temporaryFolder();
    const remote = directoryRemote(join(root, 'remote'));
    const put = remote.put.bind(remote);
    remote.put = async (key, body) => (key.startsWith('packs/') ? 'written' : await put(key, body));
    const lease = await takeLease(remote, 'push', { command: 'test', waitMs: 0 });
    const indexFolder = join(root, 'copies');
    const delivery = new Delivery({ remote, lease, indexFolder, jobs: 3 }, () => false);
    const digests = Array.from({ length: 10 }, (_, number) => Buffer.from(digestBytes(Buffer.from(`object ${number}`))));
    for (const digest of digests) {
      const table = new RowTable();
      table.add(digest, 16, 10, 10);
      const rows = table.encodeIndex().subarray(FAN_OUT_BYTES);
      const pack = { id: hashBytes(digest), path: join(root, 'pack'), size: 100 * 2 ** 20, rows };
      await delivery.addWhole(pack, { onThere() {}, onGone() {} });
    }
    const told = await IndexSet.load(remote, indexFolder);
    expect(digests.filter((digest) => told.has(digest)).length).toBeGreaterThanOrEqual(5);
    await lease.release();
  });
});

describe('what is found damaged in the cache', () => {
  it('and is a tree is no file that was not pushed', async () => {
    const { root, cache, wanted } = await twoPacks();
    const pushed = await push(root, wanted, cache.objects, { onPlan: () => spoil(root, Buffer.from('mlo-tree')) });
    expect(pushed).toMatchObject({ files: 2 * FILES, trees: 0, damaged: [expect.stringMatching(/^[0-9a-f]{64}$/)] });
    expect(pushed.progress).toBeGreaterThanOrEqual(2 * FILES * SIZE);
    await cache.close();
  });

  it('and is a file in a pack that would go whole does not keep the rest of the pack from being sent and counted', async () => {
    const { root, cache, wanted } = await twoPacks();
    const digest = cache.readTree(wanted[0]?.digest ?? ('' as Digest))[7]?.digest ?? ('' as Digest);
    const bytes = Buffer.from(cache.readBytes(digest));
    const pushed = await push(root, wanted, cache.objects, { onPlan: () => spoil(root, bytes.subarray(0, 16)) });
    expect(pushed).toMatchObject({ files: 2 * FILES - 1, trees: 0, damaged: [digest], progress: (2 * FILES - 1) * SIZE });
    await cache.close();
  });
});

/** Changes a bit of the pack that has these bytes. */
function spoil(root: string, text: Uint8Array): void {
  for (const name of packsOf(join(root, 'cache'))) {
    const path = join(root, 'cache/packs', name);
    const bytes = readFileSync(path);
    const at = bytes.indexOf(text);
    if (at < 0) continue;
    bytes[at] = (bytes[at] ?? 0) ^ 4;
    writeFileSync(path, bytes);
    return;
  }
}
