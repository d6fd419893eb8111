import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FAN_OUT_BYTES } from '../../../src/cache/packs/pack-format.ts';
import { RowTable } from '../../../src/cache/packs/row-table.ts';
import type { Digest } from '../../../src/core/content.ts';
import { digestBytes, hashBytes } from '../../../src/fs/hash.ts';
import { directoryRemote } from '../../../src/remote/directory/directory-remote.ts';
import { IndexSet } from '../../../src/remote/index-set.ts';
import { takeLease } from '../../../src/remote/leases.ts';
import { Publication } from '../../../src/remote/push/publication.ts';
import { temporaryFolder } from '../../helpers/index.ts';

const digestOf = (text: string): Buffer => Buffer.from(digestBytes(Buffer.from(text)));

function packOf(name: string): { readonly id: Digest; readonly size: number } {
  return { id: hashBytes(Buffer.from(name)), size: 1000 };
}

describe('what a push tells of on its way', () => {
  it('is each object once; at the end one index has them all', async () => {
    const folder = await temporaryFolder();
    const remote = directoryRemote(join(folder, 'remote'));
    const publication = new Publication(remote, join(folder, 'copies'), await takeLease(remote, 'push', { command: 'test', waitMs: 0 }));
    const rowCounts = async (): Promise<readonly number[]> =>
      (await IndexSet.load(remote, join(folder, 'copies'))).indexes.map(({ index }) => index.rowCount).sort();
    const add = (name: string, objects: readonly string[]): void => {
      const table = new RowTable();
      for (const object of objects) table.add(digestOf(object), 16, 10, 10);
      publication.addPack(packOf(name), table.encodeIndex().subarray(FAN_OUT_BYTES), () => false);
    };

    add('first', ['a', 'b', 'c']);
    await publication.checkpoint();
    await publication.checkpoint();
    add('second', ['d', 'e']);
    publication.addRecipe({ digest: digestOf('large'), size: 20, recipe: digestOf('a') });
    await publication.checkpoint();
    expect(await rowCounts()).toEqual([2, 3]);

    add('third', ['f']);
    await publication.finish();
    expect(await rowCounts()).toEqual([6]);
    const index = await IndexSet.load(remote, join(folder, 'copies'));
    expect(index.places(digestOf('a'))).toMatchObject([{ pack: packOf('first') }]);
    expect(index.recipes(digestOf('large'))).toMatchObject([{ size: 20 }]);
  });
});
