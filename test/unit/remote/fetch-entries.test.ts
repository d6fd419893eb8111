import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Digest } from '../../../src/core/content.ts';
import { digestBytes, hashBytes } from '../../../src/fs/hash.ts';
import { directoryRemote } from '../../../src/remote/directory/directory-remote.ts';
import type { ObjectPlace } from '../../../src/remote/format/index-format.ts';
import { packKey } from '../../../src/remote/keys.ts';
import type { Remote } from '../../../src/remote/port.ts';
import { fetchEntries, fetchNumbered, type EntryRequest } from '../../../src/remote/pull/fetch-entries.ts';
import { FilesByPlace } from '../../../src/remote/pull/files-by-place.ts';
import { temporaryFolder } from '../../helpers/index.ts';

const LENGTH = 1000;

function entryOf(number: number): Buffer {
  return Buffer.alloc(LENGTH, `entry ${number}. `);
}

/** A remote in a folder whose packs hold nothing but entries, back to back; `ranges`: what was asked for. */
async function remoteOf(packs: readonly (readonly Buffer[])[]): Promise<{ remote: Remote; ids: readonly Digest[]; ranges: string[] }> {
  const inner = directoryRemote(join(await temporaryFolder(), 'remote'));
  const ids = packs.map((entries) => hashBytes(Buffer.concat(entries)));
  for (const [pack, entries] of packs.entries()) await inner.put(packKey(ids[pack] as Digest), Buffer.concat(entries));
  const ranges: string[] = [];
  const remote = Object.assign(Object.create(inner) as Remote, {
    getRange: async (key: string, from: number, length: number, memory?: Buffer) => {
      ranges.push(`${ids.findIndex((id) => packKey(id) === key)} ${from}+${length}`);
      return await inner.getRange(key, from, length, memory);
    },
  });
  return { remote, ids, ranges };
}

function placeIn(id: Digest, entry: number): ObjectPlace {
  return { pack: { id, size: 100 * LENGTH }, at: entry * LENGTH, stored: LENGTH, raw: LENGTH, encoding: 0 };
}

describe('fetching entries of packs', () => {
  it('asks once for those that lie near each other, whatever the order in which they are wanted', async () => {
    const entries = Array.from({ length: 40 }, (_, number) => entryOf(number));
    const { remote, ids, ranges } = await remoteOf([entries.slice(0, 20), entries.slice(20)]);
    const files = new FilesByPlace();
    const shuffled = entries.map((_, number) => (number * 7) % 40);
    const placeOf = (number: number): ObjectPlace => {
      const entry = shuffled[number] as number;
      return placeIn(ids[entry < 20 ? 0 : 1] as Digest, entry % 20);
    };
    for (const number of shuffled.keys()) files.add(number, number === 3 ? -1 : LENGTH, placeOf(number));
    expect([files.digestOf(3), files.sizeOf(3), files.sizeOf(2)]).toEqual([3, -1, LENGTH]);

    const came = new Map<number, string>();
    const requestOf = (number: number): EntryRequest => ({
      digest: Buffer.from(digestBytes(entryOf(shuffled[number] as number))),
      size: LENGTH,
      most: LENGTH,
      places: [placeOf(number)],
      take: (bytes) => void came.set(number, bytes.toString('latin1')),
    });
    await fetchNumbered(files.inOrder(), requestOf, { remote, jobs: 4, onFault: () => expect.fail() });
    expect(ranges.toSorted()).toEqual(['0 0+20000', '1 0+20000']);
    for (const [number, entry] of shuffled.entries()) expect(came.get(number)).toBe(entryOf(entry).toString('latin1'));

    ranges.length = 0;
    came.clear();
    await fetchEntries(
      shuffled.map((_, number) => requestOf(number)),
      { remote, jobs: 4, onFault: () => expect.fail() },
    );
    expect([came.size, ...ranges.toSorted()]).toEqual([40, '0 0+20000', '1 0+20000']);
  });

  it('asks for a wrong one by itself, then at its other places, and tells the last fault; its neighbours come', async () => {
    const wrong = Buffer.alloc(LENGTH, 'wrong');
    const { remote, ids, ranges } = await remoteOf([[entryOf(0), wrong, entryOf(2), wrong, wrong], [entryOf(1)], [wrong]]);
    const [main, other, third] = ids as [Digest, Digest, Digest];
    const gone = hashBytes(Buffer.from('a pack that is not there'));
    const places = [
      [placeIn(main, 0)],
      [placeIn(main, 1), placeIn(gone, 0), placeIn(other, 0)],
      [placeIn(main, 2)],
      [placeIn(main, 3), placeIn(third, 0)],
      [placeIn(main, 4), placeIn(gone, 0)],
    ];
    const came: number[] = [];
    const faults: string[] = [];
    const requestOf = (number: number): EntryRequest => ({
      digest: Buffer.from(digestBytes(entryOf(number))),
      most: LENGTH,
      places: places[number] as ObjectPlace[],
      take: () => void came.push(number),
    });
    await fetchNumbered(places.keys(), requestOf, {
      remote,
      jobs: 1,
      onFault: ({ digest }, fault, key) => {
        const number = places.findIndex((_, each) => digest.equals(digestBytes(entryOf(each))));
        faults.push(`${number} ${fault} ${key === packKey(third) ? 'third' : key === packKey(gone) ? 'gone' : key}`);
      },
    });
    expect(came).toEqual([0, 2, 1]);
    expect(faults.toSorted()).toEqual(['3 corrupt third', '4 gone gone']);
    expect(ranges.slice(0, 4)).toEqual(['0 0+5000', '0 1000+1000', '0 3000+1000', '0 4000+1000']);
  });

  it('asks for a wrong one by itself, also beside one whose first place is gone and that lies behind it', async () => {
    const { remote, ids, ranges } = await remoteOf([[entryOf(0), entryOf(1), entryOf(2)]]);
    const [pack] = ids as [Digest];
    // Only what comes by itself comes right.
    const wrongBesideOthers = Object.assign(Object.create(remote) as Remote, {
      getRange: async (key: string, from: number, length: number) => {
        const bytes = await remote.getRange(key, from, length);
        return length > LENGTH && from === 0 ? bytes?.fill('wrong', 0, LENGTH) : bytes;
      },
    });
    const gone = placeIn(hashBytes(Buffer.from('a pack that is not there')), 0);
    const places = [[placeIn(pack, 0)], [placeIn(pack, 1)], [gone, placeIn(pack, 2)]];
    const came: number[] = [];
    const requests = places.map((each, number) => ({
      digest: Buffer.from(digestBytes(entryOf(number))),
      most: LENGTH,
      places: each,
      take: () => void came.push(number),
    }));
    await fetchEntries(requests, { remote: wrongBesideOthers, jobs: 1, onFault: () => expect.fail() });
    expect(came.toSorted()).toEqual([0, 1, 2]);
    expect(ranges.filter((range) => range.startsWith('0'))).toEqual(['0 0+2000', '0 0+1000', '0 2000+1000']);
  });
});
