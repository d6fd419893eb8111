import { existsSync } from 'node:fs';
import { zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { encodeFooter, PACK_START } from '../../../src/cache/packs/pack-format.ts';
import { RowTable } from '../../../src/cache/packs/row-table.ts';
import type { Digest } from '../../../src/core/content.ts';
import { digestBytes, hashBytes } from '../../../src/fs/hash.ts';
import { directoryRemote } from '../../../src/remote/directory/directory-remote.ts';
import { type IndexRecipe, type IndexRow } from '../../../src/remote/format/index-format.ts';
import { encodeIndex } from '../../helpers/encode-index.ts';
import { RecipeWriter } from '../../../src/remote/format/recipe-format.ts';
import { writeFormat } from '../../../src/remote/format/remote-format.ts';
import { indexKey, packKey } from '../../../src/remote/keys.ts';
import type { TestProject } from '../../helpers/index.ts';
import { projectWithData, testRemote } from '../../integration/remote/remotes.ts';
import { mloHere } from '../../helpers/mlo-here.ts';
import { faults } from '../lib/index.ts';

interface Entry {
  /** Of which the digest is told. */
  readonly object: Buffer;
  /** What really lies there; the object where absent. */
  readonly stored?: Buffer;
  readonly encoding?: number;
  /** Told length; that of the object where absent. */
  readonly raw?: number;
}

/** A remote as somebody with bad intentions writes it: packs and indexes have right names. */
async function hostileRemote(folder: string, entries: readonly Entry[], recipes: readonly IndexRecipe[] = [], shift = 0): Promise<void> {
  const remote = directoryRemote(folder);
  await writeFormat(remote);
  const table = new RowTable();
  const rows: Omit<IndexRow, 'pack'>[] = [];
  const parts: Buffer[] = [PACK_START];
  let at = PACK_START.length;
  for (const { object, stored = object, encoding = 0, raw = object.length } of entries) {
    const digest = digestBytes(object);
    table.add(digest, at, stored.length, (raw | (encoding << 30)) >>> 0);
    rows.push({ digest, at: at + shift, stored: stored.length, raw, encoding });
    parts.push(stored);
    at += stored.length;
  }
  const index = table.encodeIndex();
  const pack = Buffer.concat([...parts, index, encodeFooter(rows.length, at, index)]);
  const id = hashBytes(pack);
  await remote.put(packKey(id), pack);
  const bytes = encodeIndex(
    [{ id, size: pack.length }],
    rows.map((row) => ({ ...row, pack: id })),
    recipes,
  );
  await remote.put(indexKey(hashBytes(bytes)), bytes);
}

function tree(...rows: readonly string[]): Buffer {
  return Buffer.from(`mlo-tree 1\n${rows.map((row) => `${row}\n`).join('')}`);
}

const EVIL = Buffer.from('evil');
const evil = hashBytes(EVIL);

async function pointerTo(project: TestProject, path: string, digest: Digest, size: number, kind = ''): Promise<void> {
  const rest = kind === 'tree' ? '  "files": 1,\n  "hash": "blake3-256",\n  "kind": "tree",\n' : '  "hash": "blake3-256",\n';
  await project.write({ [`${path}.mlo`]: `{\n  "digest": "${digest}",\n${rest}  "schema": 1,\n  "size": ${size}\n}\n` });
}

async function rig(): Promise<{ readonly project: TestProject; readonly folder: string }> {
  const remote = await testRemote('folder');
  return { project: await projectWithData({}, [], remote), folder: remote.folder };
}

async function isRefused(project: TestProject, path: string): Promise<void> {
  const { code, data } = await mloHere(project, ['pull']);
  expect(code).toBe(3);
  const { missing } = data.fetch;
  expect(missing).toMatchObject([{ corruptAt: expect.stringMatching(/^packs\//) as string, uses: [{ path }] }]);
  expect(project.exists(path)).toBe(false);
  faults('hostile remote', 1);
}

describe('a remote that somebody with bad intentions wrote', () => {
  it.each([['../outside'], ['a/b'], ['..'], ['.'], ['\\x00'], ['']])('cannot make a file called %j', async (name) => {
    const { project, folder } = await rig();
    const bytes = tree(`file ${evil} 4 ${name}`);
    await hostileRemote(folder, [{ object: bytes }, { object: EVIL }]);
    await pointerTo(project, 'data', hashBytes(bytes), 4, 'tree');
    await isRefused(project, 'data');
    expect(existsSync(`${project.root}/../outside`)).toBe(false);
  });

  it('cannot make a small file a large one', async () => {
    const { project, folder } = await rig();
    await hostileRemote(folder, [{ object: EVIL, stored: zstdCompressSync(Buffer.alloc(300_000_000)), encoding: 1, raw: 0x3000_0000 }]);
    await pointerTo(project, 'data', evil, 4);
    await isRefused(project, 'data');
  });

  it('cannot put a bomb where a few bytes are told', async () => {
    const { project, folder } = await rig();
    const object = Buffer.alloc(60_000, 'x');
    const bomb = zstdCompressSync(Buffer.alloc(100_000_000));
    await hostileRemote(folder, [{ object, stored: bomb.subarray(0, 50_000), encoding: 1 }]);
    await pointerTo(project, 'data', hashBytes(object), object.length);
    await isRefused(project, 'data');
  });

  it('cannot hand out other bytes, from its own packs or those of others', async () => {
    const { project, folder } = await rig();
    await hostileRemote(folder, [{ object: EVIL, stored: Buffer.from('good') }]);
    await pointerTo(project, 'data', evil, 4);
    await isRefused(project, 'data');
  });

  it('cannot make a large file of an untrue recipe', async () => {
    const { project, folder } = await rig();
    const recipe = new RecipeWriter();
    recipe.add(digestBytes(EVIL), EVIL.length);
    const bytes = recipe.finish();
    const digest = Buffer.alloc(32, 7);
    const size = 1_000_000_000_000;
    await hostileRemote(folder, [{ object: bytes }, { object: EVIL }], [{ digest, size, recipe: Buffer.from(digestBytes(bytes)) }]);
    await pointerTo(project, 'data', digest.toString('hex') as Digest, size);
    await isRefused(project, 'data');
  });

  it('cannot make a file of right chunks that is not the one that is wanted', async () => {
    const { project, folder } = await rig();
    const recipe = new RecipeWriter();
    recipe.add(digestBytes(EVIL), EVIL.length);
    recipe.add(digestBytes(EVIL), EVIL.length);
    const bytes = recipe.finish();
    const digest = Buffer.alloc(32, 9);
    await hostileRemote(folder, [{ object: bytes }, { object: EVIL }], [{ digest, size: 8, recipe: Buffer.from(digestBytes(bytes)) }]);
    await pointerTo(project, 'data', digest.toString('hex') as Digest, 8);
    const { code, data } = await mloHere(project, ['pull']);
    expect(code).toBe(3);
    expect(data.fetch.missing).toMatchObject([{ uses: [{ path: 'data' }] }]);
    expect(project.exists('data')).toBe(false);
    expect((await mloHere(project, ['verify'])).data.damages).toEqual([]);
    faults('hostile remote', 1);
  });

  it('is found out by verify, in bounded memory, and deletes nothing of others through gc', async () => {
    const { project, folder } = await rig();
    const bomb = zstdCompressSync(Buffer.alloc(300_000_000));
    const object = Buffer.alloc(60_000, 'x');
    const bytes = tree(`file ${evil} 4 ../outside`, `file ${hashBytes(Buffer.from('nowhere'))} 4 b`);
    const entries = [
      { object, stored: bomb, encoding: 1 },
      { object: EVIL, stored: bomb, encoding: 1, raw: 0x3000_0000 },
      { object: bytes },
    ];
    await hostileRemote(folder, entries);
    const { code, stdout } = await project.mlo(['verify', '--remote', '--json']);
    expect(code).toBe(12);
    const { data } = JSON.parse(stdout);
    expect(data.objects.map(({ state }: { state: string }) => state)).toEqual(['broken', 'broken']);
    expect(data.incomplete).toHaveLength(1);
    await pointerTo(project, 'data', hashBytes(bytes), 4, 'tree');
    expect((await project.mlo(['gc', '--remote', '--grace', '0', '--force'])).code).toBe(0);
    expect((await project.mlo(['verify', '--remote', '--repair'])).code).toBe(12);
    expect((await project.mlo(['gc', '--remote', '--grace', '0', '--force'])).code).toBe(0);
    expect(existsSync(`${project.root}/../outside`)).toBe(false);
    faults('hostile remote', 1);
  });

  it('is told of where an index points beyond its packs', async () => {
    const { project, folder } = await rig();
    await hostileRemote(folder, [{ object: EVIL }], [], 5000);
    await pointerTo(project, 'data', evil, 4);
    const { error } = await mloHere(project, ['pull']);
    expect(error).toMatchObject({ code: 'MLO_REMOTE_CORRUPT', message: expect.stringContaining('index/') as string });
    faults('hostile remote', 1);
  });
});
