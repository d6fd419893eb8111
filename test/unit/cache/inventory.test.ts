import { describe, expect, it } from 'vitest';
import { DigestTable } from '../../../src/cache/inventory/digest-table.ts';
import { eachTreeRow } from '../../../src/cache/inventory/tree-rows.ts';
import { encodeTree, type TreeRow } from '../../../src/core/encoding/tree-format.ts';
import { asBytePath } from '../../../src/fs/byte-path.ts';
import { hashBytes } from '../../../src/fs/hash.ts';

function bytesOf(text: string): Buffer {
  return Buffer.from(hashBytes(text), 'hex');
}

function treeOf(count: number, changed: (index: number) => boolean = () => false): Buffer {
  const rows = Array.from({ length: count }, (_, index): TreeRow => {
    const digest = hashBytes(changed(index) ? `changed ${index}` : `file ${index}`);
    const name = asBytePath(`name ${String(index).padStart(5, '0')}`);
    if (index % 7 === 0) return { name, type: 'tree', digest, size: index * 1000, files: index };
    return { name, type: index % 5 === 0 ? 'exec' : index % 11 === 0 ? 'symlink' : 'file', digest, size: index };
  });
  return Buffer.from(encodeTree(rows), 'latin1');
}

function digestsIn(tree: Buffer, known?: Buffer): readonly string[] {
  const digests: string[] = [];
  expect(eachTreeRow(tree, (_type, at) => void digests.push(tree.toString('latin1', at, at + 64)), known)).toBe(true);
  return digests;
}

describe('a table of digests', () => {
  it('gives each digest one number, by bytes and by text, however many there are', () => {
    const table = new DigestTable();
    const numbers = Array.from({ length: 5000 }, (_, index) => table.add(bytesOf(String(index))));
    expect(numbers).toEqual(Array.from({ length: 5000 }, (_, index) => index));
    expect([table.count, table.add(bytesOf('4321')), table.find(bytesOf('17')), table.find(bytesOf('other'))]).toEqual([
      5000, 4321, 17, -1,
    ]);
    expect(table.findHex(Buffer.from(`..${hashBytes('99')}`), 2)).toBe(99);
    expect(table.findHex(Buffer.from(hashBytes('other')), 0)).toBe(-1);
    expect(table.digest(7).equals(bytesOf('7'))).toBe(true);
  });

  it.each(['', 'zz', hashBytes('1').toUpperCase(), `${hashBytes('1').slice(0, 63)}g`, hashBytes('1').slice(0, 63)])(
    '%j is no digest',
    (text) => {
      const table = new DigestTable();
      expect(table.findHex(Buffer.from(text), 0)).toBe(-2);
    },
  );
});

describe('rows of a tree object, where it lies', () => {
  it('are those that it was made of', () => {
    const rows: [number, string, number][] = [];
    const tree = treeOf(300);
    eachTreeRow(tree, (type, at, size) => void rows.push([type, tree.toString('latin1', at, at + 64), size]));
    expect(rows).toHaveLength(300);
    expect(rows[14]).toEqual(['t'.charCodeAt(0), hashBytes('file 14'), 14_000]);
    expect(rows[5]).toEqual(['e'.charCodeAt(0), hashBytes('file 5'), 5]);
    expect(rows[11]).toEqual(['s'.charCodeAt(0), hashBytes('file 11'), 11]);
  });

  it('are refused where the bytes are not laid out so, at whatever place they end', () => {
    const tree = treeOf(20);
    for (let length = 0; length < tree.length; length += 1) {
      const isWholeRows = length > 10 && tree[length - 1] === 10;
      expect(
        eachTreeRow(tree.subarray(0, length), () => {}),
        String(length),
      ).toBe(isWholeRows);
    }
    expect(eachTreeRow(Buffer.from('mlo-tree 1\nfolder x\n'), () => {})).toBe(false);
  });

  it.each([1, 3, 17, 100, 399])('that another version has at the same place are left out, and no other (every %d-th differs)', (step) => {
    const old = treeOf(400);
    for (const other of [old, treeOf(200), treeOf(390)]) {
      const tree = treeOf(400, (index) => index % step === step - 1);
      const visited = new Set(digestsIn(tree, other));
      const known = new Set(digestsIn(other));
      for (const digest of digestsIn(tree)) expect(visited.has(digest) || known.has(digest)).toBe(true);
      if (step === 399 && other === old) expect(visited.size).toBeLessThan(80);
    }
    expect(digestsIn(old, old)).toEqual([]);
  });
});
