import { expect, it } from 'vitest';
import type { Digest } from '../../../src/core/content.ts';
import { asBytePath } from '../../../src/core/byte-path.ts';
import { ByteList } from '../../../src/core/tree-diff/byte-list.ts';
import { ChangeList } from '../../../src/core/tree-diff/change-list.ts';
import type { DiffEntry, TreeChange } from '../../../src/core/tree-diff/types.ts';
import type { BytePath } from '../../../src/core/byte-path.ts';
import { fc } from '../../helpers/properties.ts';

/** Any bytes. */
const paths = fc.string({ unit: fc.nat(255).map((code) => String.fromCharCode(code)), minLength: 1, maxLength: 300 }).map(asBytePath);
const digests = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex') as Digest);
const entries: fc.Arbitrary<DiffEntry> = fc.oneof(
  fc.record({ type: fc.constantFrom('file' as const, 'exec' as const, 'symlink' as const), digest: digests, size: fc.maxSafeNat() }),
  fc.record({ type: fc.constant('tree' as const), digest: digests, size: fc.maxSafeNat(), files: fc.maxSafeNat() }),
);
const changes: fc.Arbitrary<TreeChange<BytePath>> = fc.oneof(
  fc.record({ kind: fc.constant('added' as const), path: paths, new: entries }),
  fc.record({ kind: fc.constant('deleted' as const), path: paths, old: entries }),
  fc.record({ kind: fc.constant('renamed' as const), path: paths, from: paths, old: entries, new: entries }),
  fc.record({ kind: fc.constantFrom('modified' as const, 'type' as const, 'mode' as const), path: paths, old: entries, new: entries }),
);

it('a list of changes gives back what was added, by path, those of one path in the order in which they came', () => {
  fc.assert(
    fc.property(fc.array(changes, { maxLength: 40 }), fc.boolean(), (added, twice) => {
      const all = twice ? [...added, ...added] : added;
      const list = new ChangeList();
      for (const change of all) list.add(change);
      list.sort();
      expect(list).toHaveLength(all.length);
      // The sort of arrays is stable.
      expect([...list]).toEqual(all.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)));
    }),
  );
});

it('keys are in the order in which JSON has always had them', () => {
  const list = new ChangeList();
  const entry = { type: 'tree', digest: '0'.repeat(64) as Digest, size: 3, files: 1 } as const;
  list.add({ new: entry, old: entry, from: asBytePath('a'), path: asBytePath('b'), kind: 'renamed' });
  expect(JSON.stringify([...list])).toBe(JSON.stringify([{ kind: 'renamed', path: 'b', from: 'a', old: entry, new: entry }]));
});

it('entries that are longer than a piece of memory, or do not fit into the rest of one, keep their bytes', () => {
  const list = new ByteList();
  const lengths = [5, 3_000_000, 700_000, 700_000, 0, 1, ...Array.from({ length: 500 }, (_, index) => index * 7)];
  for (const [index, length] of lengths.entries()) {
    const { bytes, at } = list.add(length);
    bytes.fill(index % 256, at, at + length);
  }
  expect(list).toHaveLength(lengths.length);
  for (const [index, length] of lengths.entries()) {
    const { bytes, at } = list.at(index);
    expect(bytes.subarray(at, at + length).equals(Buffer.alloc(length, index % 256))).toBe(true);
  }
});
