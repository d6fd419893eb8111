import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Digest } from '../../../src/core/content.ts';
import { decodeTree, encodeTree, isTemporaryName, type TreeRow } from '../../../src/core/encoding/tree-format.ts';
import { asBytePath, fromNameBytes } from '../../../src/fs/byte-path.ts';
import { hashBytes } from '../../../src/fs/hash.ts';
import { fc } from '../../helpers/properties.ts';

const golden = readFileSync(new URL('../../golden/tree-1.txt', import.meta.url), 'latin1');
const digest = (letter: string): Digest => letter.repeat(64) as Digest;

/** As bytes: one character a byte. */
const rows: readonly TreeRow[] = [
  { name: asBytePath(' -rf '), type: 'symlink', digest: digest('a'), size: 8 },
  { name: asBytePath('a'), type: 'file', digest: digest('b'), size: 0 },
  { name: asBytePath('a b'), type: 'tree', digest: digest('c'), size: Number.MAX_SAFE_INTEGER, files: 3 },
  { name: asBytePath('back\\slash'), type: 'exec', digest: digest('d'), size: 12 },
  { name: asBytePath('line\nbreak'), type: 'file', digest: digest('e'), size: 1 },
  { name: asBytePath('\xc3\xa9'), type: 'file', digest: digest('f'), size: 2 },
  { name: asBytePath('\xff'), type: 'file', digest: digest('0'), size: 3 },
];

const byteName = fc
  .uint8Array({ minLength: 1, maxLength: 40 })
  .map(fromNameBytes)
  .filter((name) => !/[/\0]/.test(name) && name !== '.' && name !== '..' && !isTemporaryName(name));

const anyRow = fc.record({
  name: byteName,
  type: fc.constantFrom('file' as const, 'exec' as const, 'symlink' as const, 'tree' as const),
  digest: fc.string().map((text) => hashBytes(text)),
  size: fc.maxSafeNat(),
  count: fc.maxSafeNat(),
});

describe('tree object', () => {
  it('has these bytes for ever', () => {
    expect(encodeTree(rows)).toBe(golden);
    expect(hashBytes(Buffer.from(golden, 'latin1'))).toBe('cb810d07108f18fa46dd87d0641d591764e7e9eea328b7ed58e6e627010da71a');
  });

  it('is read back as it was written', () => {
    expect(decodeTree(golden, digest('a'))).toEqual(rows);
  });

  it('has the same bytes in whatever order the rows come', () => {
    expect(encodeTree(rows.toReversed())).toBe(golden);
  });

  it('of an empty folder is its first line', () => {
    expect(encodeTree([])).toBe('mlo-tree 1\n');
    expect(decodeTree('mlo-tree 1\n', digest('a'))).toEqual([]);
  });

  it('is not made where nobody would read it again: with more names than 256 MiB hold', () => {
    const long = 'x'.repeat(1_000_000);
    const rows = Array.from({ length: 300 }, (_, at): TreeRow => ({
      name: asBytePath(`${at}${long}`),
      type: 'file',
      digest: digest('a'),
      size: 1,
    }));
    expect(() => encodeTree(rows, 'data/raw')).toThrow('data/raw holds 300 names: the list of them is larger than 268435456 bytes');
    expect(encodeTree(rows.slice(0, 200)).length).toBeGreaterThan(200_000_000);
  });

  it('keeps any names, and is plain ASCII', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyRow, { selector: (row) => row.name }), (generated) => {
        const tree = generated.map(({ count, ...row }): TreeRow => (row.type === 'tree' ? { ...row, files: count } : row));
        const text = encodeTree(tree);
        expect(text).toMatch(/^[\n\x20-\x7e]*$/);
        expect(decodeTree(text, digest('a'))).toEqual(tree.toSorted((a, b) => (a.name < b.name ? -1 : 1)));
        expect(encodeTree(decodeTree(text, digest('a')))).toBe(text);
      }),
    );
  });

  it('has one text only: whatever is accepted is what would be written', () => {
    fc.assert(
      fc.property(fc.nat(golden.length - 1), fc.string({ unit: 'binary-ascii', minLength: 0, maxLength: 2 }), (at, replacement) => {
        const changed = golden.slice(0, at) + replacement + golden.slice(at + 1);
        let decoded: readonly TreeRow[];
        try {
          decoded = decodeTree(changed, digest('a'));
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^MLO_(FORMAT|FORMAT_VERSION|PATH_UNSAFE)$/) });
          return;
        }
        expect(encodeTree(decoded)).toBe(changed);
      }),
      { numRuns: 500 },
    );
  });
});
