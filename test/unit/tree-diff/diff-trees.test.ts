import { describe, expect, test } from 'vitest';
import type { Digest } from '../../../src/core/content.ts';
import { encodeTree, type TreeRow } from '../../../src/core/encoding/tree-format.ts';
import { diffTrees } from '../../../src/core/tree-diff/diff-trees.ts';
import type { DiffForest, DiffNode } from '../../../src/core/tree-diff/types.ts';
import { asBytePath } from '../../../src/fs/byte-path.ts';
import { hashBytes } from '../../../src/fs/hash.ts';

/** A folder in memory: text is a file, `{exec}` an executable one, `{link}` a symlink. */
type Plan = string | { readonly exec: string } | { readonly link: string } | { readonly [name: string]: Plan };

interface World {
  readonly opened: string[];
  readonly lost: Set<Digest>;
}

function rowOf(name: string, plan: Plan): { row: TreeRow; children: Map<string, Plan> } {
  if (typeof plan === 'string') return { row: fileRow(name, 'file', plan), children: new Map() };
  if ('exec' in plan && typeof plan.exec === 'string') return { row: fileRow(name, 'exec', plan.exec), children: new Map() };
  if ('link' in plan && typeof plan.link === 'string') return { row: fileRow(name, 'symlink', plan.link), children: new Map() };
  const children = new Map(Object.entries(plan as { readonly [name: string]: Plan }).sort(([a], [b]) => (a < b ? -1 : 1)));
  const rows = [...children].map(([each, inner]) => rowOf(each, inner).row);
  const files = rows.reduce((sum, row) => sum + (row.type === 'tree' ? (row.files ?? 0) : 1), 0);
  const size = rows.reduce((sum, row) => sum + row.size, 0);
  return { row: { name: asBytePath(name), type: 'tree', digest: hashBytes(encodeTree(rows)), size, files }, children };
}

function fileRow(name: string, type: TreeRow['type'], text: string): TreeRow {
  return { name: asBytePath(name), type, digest: hashBytes(text), size: text.length };
}

function nodeOf(world: World, path: string, plan: Plan): DiffNode {
  const { row, children } = rowOf(path, plan);
  return {
    entry: row,
    rows() {
      world.opened.push(path);
      return world.lost.has(row.digest) ? undefined : [...children].map(([name, inner]) => rowOf(name, inner).row);
    },
    child: (each) => nodeOf(world, `${path}/${each.name}`, children.get(each.name) as Plan),
  };
}

function compare(
  old: { readonly [path: string]: Plan },
  now: { readonly [path: string]: Plan },
  { expand = true, lost = [] as Digest[] } = {},
) {
  const world: World = { opened: [], lost: new Set(lost) };
  const forest = (plans: { readonly [path: string]: Plan }): DiffForest =>
    new Map(Object.entries(plans).map(([path, plan]) => [asBytePath(path), nodeOf(world, path, plan)]));
  const diff = diffTrees(forest(old), forest(now), { expand });
  const said = Array.from(diff.changes, ({ kind, path, from }) => `${kind} ${from === undefined ? '' : `${from} -> `}${path}`);
  return { ...diff, said, opened: world.opened };
}

describe('what differs between two trees', () => {
  test('files that are new, gone and modified, at any depth', () => {
    const { said } = compare({ d: { a: '1', sub: { b: '2', c: '3' } } }, { d: { a: '1', n: 'new', sub: { b: 'two', x: 'more' } } });
    expect(said).toEqual(['added d/n', 'modified d/sub/b', 'deleted d/sub/c', 'added d/sub/x']);
  });

  test('equal trees are never opened, whatever lies in them', () => {
    const same = { x: '1', y: { z: '2' } };
    const { said, opened } = compare({ d: { same, other: { a: '1' } } }, { d: { same, other: { a: '2' } } });
    expect(said).toEqual(['modified d/other/a']);
    expect(opened).toEqual(['d', 'd', 'd/other', 'd/other']);
    expect(compare({ d: same }, { d: same }).opened).toEqual([]);
  });

  test('a file that moved is renamed, also from one tracked path to another', () => {
    expect(compare({ d: { a: 'bytes', k: '' } }, { d: { k: '', sub: { b: 'bytes' } } }).said).toEqual(['renamed d/a -> d/sub/b']);
    expect(compare({ one: 'bytes' }, { two: 'bytes' }).said).toEqual(['renamed one -> two']);
  });

  test('a folder that moved is one rename and is not opened', () => {
    const big = { a: '1', b: '2', c: { d: '3' } };
    const { said, opened, counts } = compare({ d: { old: big, k: 'k' } }, { d: { new: big, k: 'k' } });
    expect(said).toEqual(['renamed d/old -> d/new']);
    expect(opened).toEqual(['d', 'd']);
    expect(counts).toMatchObject({ renamed: 3, added: 0, deleted: 0 });
  });

  test('a folder that moved into a folder that is new is found, and the one that moved out of one that is gone', () => {
    const big = { a: '1', b: '2', c: '3' };
    expect(compare({ d: { big, k: 'k' } }, { d: { k: 'k', wrap: { big, more: 'm' } } }).said).toEqual([
      'renamed d/big -> d/wrap/big',
      'added d/wrap/more',
    ]);
    expect(compare({ d: { k: 'k', wrap: { big, more: 'm' } } }, { d: { big, k: 'k' } }).said).toEqual([
      'renamed d/wrap/big -> d/big',
      'deleted d/wrap/more',
    ]);
  });

  test('of several that are equal, the one of the same name is taken, then the first by path; the result does not depend on order', () => {
    const { said } = compare({ d: { a: 'x', b: 'x', z: { n: 'x' } } }, { d: { c: 'x', e: 'x', y: { n: 'x' } } });
    expect(said).toEqual(['renamed d/a -> d/c', 'renamed d/b -> d/e', 'renamed d/z -> d/y']);
    expect(compare({ 'd/n': 'x', 'd/a': 'x' }, { e: { n: 'x' } }).said).toEqual(['deleted d/a', 'renamed d/n -> e/n']);
  });

  test('empty files are alike everywhere: only those of one name are renamed', () => {
    expect(compare({ d: { a: '', k: 'k' } }, { d: { b: '', k: 'k' } }).said).toEqual(['deleted d/a', 'added d/b']);
    expect(compare({ d: { s: { a: '', x: '1' } } }, { d: { s: { x: '1' }, t: { a: '' } } }).said).toEqual(['renamed d/s/a -> d/t/a']);
  });

  test('mode and type changes are told apart from modified bytes', () => {
    const { said } = compare(
      { d: { run: 'x', both: 'x', sym: 'x', folder: { a: '1', b: '2' } } },
      { d: { run: { exec: 'x' }, both: { exec: 'y' }, sym: { link: 'x' }, folder: 'file' } },
    );
    expect(said).toEqual(['modified d/both', 'type d/folder', 'mode d/run', 'type d/sym']);
  });

  test('an empty folder that is new or gone is a change of its own', () => {
    expect(compare({ d: { a: '1' } }, { d: { a: '1', empty: {} } }).said).toEqual(['added d/empty']);
    expect(compare({ d: { a: '1', empty: {} } }, { d: { a: '1' } }).said).toEqual(['deleted d/empty']);
  });

  test('counts need no more opened than what could be a rename', () => {
    const big = { a: '1', b: { c: '2', d: '3' } };
    const added = compare({ d: { k: 'k' } }, { d: { k: 'k', big } }, { expand: false });
    expect(added.counts).toMatchObject({ added: 3 });
    expect(added.opened).toEqual(['d', 'd']);
    const both = compare({ d: { k: 'k', x: '2' } }, { d: { k: 'k', big } }, { expand: false });
    expect(both.counts).toMatchObject({ added: 2, renamed: 1, deleted: 0 });
  });

  test('a tree that is lost is named with its side, and the rest is compared all the same', () => {
    const lost = rowOf('', { a: '1' }).row.digest;
    const { said, unread } = compare({ d: { s: { a: '1' } }, e: '1' }, { d: { s: { a: '2' } }, e: '2' }, { lost: [lost] });
    expect(said).toEqual(['modified d/s', 'modified e']);
    expect(unread).toEqual([{ path: 'd/s', side: 'old', digest: lost }]);
    const added = compare({ e: '1' }, { d: { a: '1' }, e: '1' }, { lost: [lost] });
    expect([added.said, added.unread]).toEqual([['added d'], [{ path: 'd', side: 'new', digest: lost }]]);
  });

  test('who asks for counts only gets no list, and the same counts', () => {
    const before = { d: { a: '1', b: '2', c: '3', moved: 'm', folder: { x: 'x' } } };
    const after = { d: { a: 'one', b: '2', new: 'n', to: 'm', folder: 'file' } };
    const all = compare(before, after, { expand: false });
    const told: number[] = [];
    const onNames = (count: number): unknown => told.push(count);
    const world: World = { opened: [], lost: new Set() };
    const side = (plan: Plan): DiffForest => new Map([[asBytePath('d'), nodeOf(world, 'd', plan)]]);
    const only = diffTrees(side(before.d), side(after.d), { expand: false, list: false, onNames });
    expect([...only.changes]).toEqual([]);
    expect(only.counts).toEqual(all.counts);
    expect(only.counts).toMatchObject({ added: 1, deleted: 1, modified: 1, renamed: 1, type: 1 });
    expect(told).toEqual([5]);
  });

  test('what nobody asked about is neither listed nor counted; a file that moved concerns both its places', () => {
    const world: World = { opened: [], lost: new Set() };
    const side = (plan: Plan): DiffForest => new Map([[asBytePath('d'), nodeOf(world, 'd', plan)]]);
    const concerns = (path: string): boolean => path.startsWith('d/in');
    const [before, after] = [side({ in: { a: 'bytes', b: '1' }, x: 'old' }), side({ in: { b: '22' }, out: 'bytes', x: 'newer' })];
    const { changes, counts, sizeChange } = diffTrees(before, after, { expand: true, concerns });
    expect(Array.from(changes, ({ kind, path }) => `${kind} ${path}`)).toEqual(['modified d/in/b', 'renamed d/out']);
    expect(counts).toMatchObject({ modified: 1, renamed: 1, added: 0, deleted: 0 });
    expect(sizeChange).toBe(1);
  });

  test('more changes than a call takes arguments are no trouble', () => {
    const rows = Array.from({ length: 130_000 }, (_, index): TreeRow => {
      return { name: asBytePath(`f${index}`), type: 'file', digest: String(index).padStart(64, '0') as Digest, size: 1 };
    });
    const flat = (row: DiffNode['entry']): DiffNode => ({ entry: row, rows: () => rows, child: flat });
    const folder = flat({ type: 'tree', digest: hashBytes('folder'), size: rows.length, files: rows.length });
    const { changes, counts, sizeChange } = diffTrees(new Map(), new Map([[asBytePath('d'), folder]]), { expand: true });
    expect([changes.length, counts.added, sizeChange]).toEqual([rows.length, rows.length, rows.length]);
  });
});
