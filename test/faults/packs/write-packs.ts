import { openStore } from '../../../src/cache/open-store.ts';
import { PackWriter } from '../../../src/cache/packs/pack-writer.ts';
import { hashBytes } from '../../../src/fs/hash.ts';
import { objectsOf } from './objects-of.ts';

/** Writes packs, merges the journal and rewrites a pack. `tell`: what is safe from kill -9, once it is. */
export async function writePacks(cacheDir: string, writer: string, tell: (word: string) => void): Promise<void> {
  const { store } = openStore({ cacheDir, readOnly: false });
  const { packed, journalled, small } = objectsOf(writer);
  const pack = new PackWriter(store.packs.folder);
  for (const bytes of packed) pack.put(Buffer.from(hashBytes(bytes), 'hex'), bytes, 'file', '.bin');
  const sealed = pack.seal();
  store.packs.adopt(pack.sealed);
  tell('packed');
  await store.packs.flush();
  for (const bytes of journalled) {
    const each = openStore({ cacheDir, readOnly: false });
    each.store.put(hashBytes(bytes), bytes);
    each.store.push();
    await each.journal.close(each.store.packs);
    each.store.packs.close();
  }
  tell('merged');
  // Enough packs for the index over all of them.
  for (const bytes of small) {
    const one = new PackWriter(store.packs.folder);
    one.put(Buffer.from(hashBytes(bytes), 'hex'), bytes, 'file');
    one.seal();
    store.packs.adopt(one.sealed);
  }
  await store.packs.flush();
  if (sealed !== undefined) await store.packs.rewrite([sealed], (digest) => digest < '8');
  tell('rewritten');
  store.packs.sizeOf(hashBytes('nothing'));
  store.packs.close();
  tell('done');
}
