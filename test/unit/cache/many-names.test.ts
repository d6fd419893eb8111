import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCache } from '../../../src/cache/open.ts';
import { PART_NAMES } from '../../../src/cache/scan/scan-folder.ts';
import type { Cache, LinkType } from '../../../src/cache/types.ts';
import type { BytePath } from '../../../src/core/byte-path.ts';
import type { Digest } from '../../../src/core/content.ts';
import { encodeTree, type TreeRow } from '../../../src/core/encoding/tree-format.ts';
import { hashBytes } from '../../../src/fs/hash.ts';
import { openIgnore } from '../../../src/fs/ignore.ts';
import { temporaryFolder } from '../../helpers/index.ts';

/** Two whole parts and a piece: names on both sides of two borders. */
const NAMES = 2 * PART_NAMES + 100;

/** What the cache should say of a folder, by the definition of the format and without a cache. */
function treeOf(folder: string): { readonly digest: Digest; readonly size: number; readonly files: number } {
  const rows = readdirSync(folder, { withFileTypes: true }).map((entry): TreeRow => {
    const path = join(folder, entry.name);
    const name = entry.name as BytePath;
    if (entry.isDirectory()) return { name, type: 'tree', ...treeOf(path) };
    const bytes = entry.isSymbolicLink() ? Buffer.from(readlinkSync(path)) : readFileSync(path);
    const fileType = (lstatSync(path).mode & 0o100) === 0 ? 'file' : 'exec';
    return { name, type: entry.isSymbolicLink() ? 'symlink' : fileType, digest: hashBytes(bytes), size: bytes.length };
  });
  return {
    digest: hashBytes(Buffer.from(encodeTree(rows))),
    size: sum(rows, (row) => row.size),
    files: sum(rows, (row) => row.files ?? 1),
  };
}

function sum(rows: readonly TreeRow[], amount: (row: TreeRow) => number): number {
  return rows.reduce((all, row) => all + (row.type === 'symlink' ? 0 : amount(row)), 0);
}

function nameOf(index: number): string {
  return `n${String(index).padStart(5, '0')}`;
}

async function many(link: readonly LinkType[]): Promise<{ readonly root: string; readonly data: string; readonly cache: Cache }> {
  const root = await temporaryFolder();
  const data = join(root, 'data');
  mkdirSync(data);
  for (let index = 0; index < NAMES; index += 1) writeFileSync(join(data, nameOf(index)), `bytes of ${index}`);
  const cache = openCache({ cacheDir: join(root, 'cache'), stateDir: join(root, 'state'), root, ignore: openIgnore(root), link });
  return { root, data, cache };
}

/** Something of every kind, on both sides of the borders between parts. Files are made anew: what is a link is not written to. */
function change(data: string): void {
  const at = (index: number): string => join(data, nameOf(index));
  const anew = (index: number, text: string, mode = 0o644): void => {
    rmSync(at(index));
    writeFileSync(at(index), text, { mode });
  };
  for (const index of [0, PART_NAMES, NAMES - 1]) rmSync(at(index));
  for (const index of [1, PART_NAMES - 1, 2 * PART_NAMES]) anew(index, `other bytes of ${index}`);
  for (const name of ['a first', `${nameOf(PART_NAMES - 1)} and more`, `${nameOf(2 * PART_NAMES)} and more`, 'z last'])
    writeFileSync(join(data, name), name);
  anew(PART_NAMES + 1, `bytes of ${PART_NAMES + 1}`, 0o755);
  for (const index of [2, PART_NAMES + 2]) {
    rmSync(at(index));
    mkdirSync(at(index));
    writeFileSync(join(at(index), 'inside'), 'was a file');
  }
  rmSync(at(2 * PART_NAMES + 2));
  symlinkSync(nameOf(5), at(2 * PART_NAMES + 2));
}

describe.each([[['copy']], [['hardlink', 'copy']]] as const)('a folder with more names than one thread looks at (%s)', (link) => {
  it('is stored as the format says, whatever changes in it, and comes back', async () => {
    const { data, cache } = await many(link);
    const first = await cache.commit(data);
    expect(first).toMatchObject(treeOf(data));
    // The names are those that are known now.
    expect(await cache.observe(data)).toEqual(first);
    change(data);
    const second = await cache.commit(data);
    expect(second).toMatchObject(treeOf(data));
    expect(second.digest).not.toBe(first.digest);
    await cache.checkout(first, data);
    expect(treeOf(data)).toEqual({ digest: first.digest, size: first.size, files: first.files });
    await cache.checkout(second, data);
    expect(treeOf(data)).toEqual({ digest: second.digest, size: second.size, files: second.files });
    rmSync(data, { recursive: true });
    await cache.checkout(second, data);
    expect(treeOf(data).digest).toBe(second.digest);
    expect(await cache.observe(data)).toEqual(second);
    await cache.close();
  });
});

it('a file that changes where no name does is found among many', async () => {
  const { data, cache } = await many(['copy']);
  await cache.commit(data);
  for (const index of [3, PART_NAMES, NAMES - 1]) {
    writeFileSync(join(data, nameOf(index)), 'changed in place');
    expect(await cache.observe(data)).toMatchObject(treeOf(data));
  }
  await cache.close();
});

it('what is ignored belongs to none of the parts, and a checkout leaves it', async () => {
  const { root, data, cache } = await many(['copy']);
  await cache.close();
  const content = treeOf(data);
  for (const index of [0, PART_NAMES - 1, PART_NAMES, NAMES]) writeFileSync(join(data, `${nameOf(index)}.log`), 'log');
  writeFileSync(join(root, '.mloignore'), '*.log\n');
  const other = openCache({ cacheDir: join(root, 'cache'), stateDir: join(root, 'state'), root, ignore: openIgnore(root) });
  const stored = await other.commit(data);
  expect(stored).toMatchObject(content);
  rmSync(join(data, nameOf(PART_NAMES)));
  await other.checkout(stored, data);
  expect(await other.observe(data)).toEqual(stored);
  expect(readdirSync(data).filter((name) => name.endsWith('.log'))).toHaveLength(4);
  await other.close();
});
