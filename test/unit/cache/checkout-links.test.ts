import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openCache } from '../../../src/cache/open.ts';
import type { Cache, LinkType } from '../../../src/cache/types.ts';
import type { Content } from '../../../src/core/content.ts';
import { hashBytes } from '../../../src/fs/hash.ts';
import { temporaryFolder } from '../../helpers/index.ts';

const COPIES: readonly LinkType[] = ['copy'];
const HARDLINKS: readonly LinkType[] = ['hardlink', 'copy'];
/** In two folders: more than go to the journal, so that the last ones are in a pack. */
const FILES = 200;

interface Project {
  readonly root: string;
  readonly cacheDir: string;
  readonly content: Content;
}

function bytesOf(folder: string, index: number): string {
  // Every tenth file of each folder has the same bytes.
  return index % 10 === 0 ? 'the same everywhere' : `${folder} ${index}`;
}

/** A folder that lies in the journal and a pack, and nowhere else any more. */
async function packed(cacheDir?: string): Promise<Project> {
  const root = await temporaryFolder();
  const project = { root, cacheDir: cacheDir ?? join(root, '.mlo/cache') };
  for (const folder of ['a', 'b']) {
    mkdirSync(join(root, 'data', folder), { recursive: true });
    for (let index = 0; index < FILES; index += 1) writeFileSync(join(root, 'data', folder, String(index)), bytesOf(folder, index));
  }
  const content = await using(project, COPIES, async (cache) => await cache.commit(join(root, 'data')));
  rmSync(join(root, 'data'), { recursive: true });
  return { ...project, content };
}

async function using<T>(
  { root, cacheDir }: Omit<Project, 'content'>,
  link: readonly LinkType[],
  work: (cache: Cache) => Promise<T>,
): Promise<T> {
  const cache = openCache({ cacheDir, stateDir: join(root, '.mlo/state'), root, link });
  try {
    return await work(cache);
  } finally {
    await cache.close();
  }
}

/** As the next command would; the workspace has nothing before. */
async function checkedOut(project: Project, link: readonly LinkType[]): Promise<void> {
  rmSync(join(project.root, 'data'), { recursive: true, force: true });
  await using(project, link, async (cache) => await cache.checkout(project.content, join(project.root, 'data')));
}

function eachFile(project: Project): readonly { readonly path: string; readonly expected: string; readonly object: string }[] {
  return ['a', 'b'].flatMap((folder) =>
    Array.from({ length: FILES }, (_, index) => {
      const expected = bytesOf(folder, index);
      return { path: join(project.root, 'data', folder, String(index)), expected, object: objectOf(project, expected) };
    }),
  );
}

function objectOf({ cacheDir }: Project, bytes: string): string {
  const digest = hashBytes(bytes);
  return join(cacheDir, 'objects', digest.slice(0, 2), digest.slice(2));
}

function expectLinked(project: Project): void {
  for (const { path, expected, object } of eachFile(project)) {
    const { ino, mode } = statSync(path);
    expect([readFileSync(path, 'utf8'), ino, mode & 0o222], path).toEqual([expected, statSync(object).ino, 0]);
  }
}

function namesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);
}

describe('a checkout of files without objects of their own as hard links', () => {
  test('leaves each of them on the disk once: file and object are one, read-only, and files with the same bytes are too', async () => {
    const project = await packed();
    await checkedOut(project, HARDLINKS);
    expectLinked(project);
    const different = new Set(eachFile(project).map(({ expected }) => expected)).size;
    expect(namesBelow(join(project.cacheDir, 'objects')).length).toBe(different);
    expect(statSync(join(project.root, 'data/a/0')).nlink).toBe(1 + 2 * Math.ceil(FILES / 10));
    expect(await using(project, HARDLINKS, async (cache) => await cache.observe(join(project.root, 'data')))).toEqual(project.content);
  });

  test('links to the objects that it finds there, and writes none again', async () => {
    const project = await packed();
    await checkedOut(project, HARDLINKS);
    const before = eachFile(project).map(({ object }) => statSync(object).ino);
    await checkedOut(project, HARDLINKS);
    expectLinked(project);
    expect(eachFile(project).map(({ object }) => statSync(object).ino)).toEqual(before);
  });

  test('places no object that was changed through a link: it is kept aside, and the good copy of the pack takes its place', async () => {
    const project = await packed();
    await checkedOut(project, HARDLINKS);
    const changed = join(project.root, 'data/a/1');
    chmodSync(changed, 0o644);
    writeFileSync(changed, 'EDITED');
    writeFileSync(join(project.root, 'data/b/2'), bytesOf('b', 2).toUpperCase(), { flag: 'r+', mode: 0o444 });
    await checkedOut(project, HARDLINKS);
    expectLinked(project);
    expect(readFileSync(join(project.cacheDir, 'corrupt', hashBytes(bytesOf('a', 1))), 'utf8')).toBe('EDITED');
    expect(readFileSync(join(project.cacheDir, 'corrupt', hashBytes(bytesOf('b', 2))), 'utf8')).toBe('B 2');
  });

  test('places nothing where a pack is broken, and makes no object of it', async () => {
    const project = await packed();
    const packs = readdirSync(join(project.cacheDir, 'packs')).map((name) => join(project.cacheDir, 'packs', name));
    expect(packs.filter((path) => breakBytes(path, bytesOf('b', 197))).length).toBe(1);
    const failure: any = await checkedOut(project, HARDLINKS).catch((error: unknown) => error);
    expect([failure.code, failure.message]).toEqual(['MLO_OBJECT_CORRUPT', expect.stringContaining('data/b/197')]);
    expect([existsSync(join(project.root, 'data')), existsSync(objectOf(project, bytesOf('b', 197)))]).toEqual([false, false]);
  });

  test('finds the place for its objects where another command has just made it', async () => {
    const project = await packed();
    mkdirSync(join(project.cacheDir, 'objects', hashBytes(bytesOf('a', 1)).slice(0, 2)), { recursive: true });
    await checkedOut(project, HARDLINKS);
    expectLinked(project);
  });

  test.runIf(isOtherDevice('/dev/shm'))('writes copies that can be changed where the cache is on another file system', async () => {
    const cacheDir = join('/dev/shm', `mlo-links-${process.pid}`);
    try {
      const project = await packed(cacheDir);
      await checkedOut(project, HARDLINKS);
      for (const { path, expected } of eachFile(project)) {
        const { mode, nlink } = statSync(path);
        expect([readFileSync(path, 'utf8'), nlink, mode & 0o200], path).toEqual([expected, 1, 0o200]);
      }
    } finally {
      rmSync(cacheDir, { recursive: true, force: true });
    }
  });
});

describe('a checkout of files without objects of their own as symlinks', () => {
  test('makes an object of each, and links to it', async () => {
    const project = await packed();
    for (const _round of ['first', 'again']) {
      await checkedOut(project, ['symlink', 'copy']);
      for (const { path, expected, object } of eachFile(project))
        expect([readlinkSync(path), readFileSync(path, 'utf8')]).toEqual([object, expected]);
    }
  });
});

test('symlinks to objects become copies in a folder whose name is not UTF-8 too', async () => {
  const root = await temporaryFolder();
  const project = { root, cacheDir: join(root, '.mlo/cache') };
  const folder = Buffer.concat([Buffer.from(join(root, 'data', 'caf')), Buffer.from([0xe9])]);
  const file = Buffer.concat([folder, Buffer.from('/file')]);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, 'mine');
  await using(project, ['symlink'], async (cache) => {
    await cache.commit(join(root, 'data'));
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
    cache.detach(join(root, 'data'));
    expect([lstatSync(file).isFile(), readFileSync(file, 'utf8')]).toEqual([true, 'mine']);
  });
});

function isOtherDevice(folder: string): boolean {
  return existsSync(folder) && statSync(folder).dev !== statSync(process.env['TMPDIR'] ?? '/tmp').dev;
}

/** Flips one bit of these bytes; false where they are not in the file. */
function breakBytes(path: string, bytes: string): boolean {
  const all = readFileSync(path);
  const at = all.indexOf(bytes);
  if (at === -1) return false;
  all[at] = (all[at] ?? 0) ^ 1;
  chmodSync(path, 0o644);
  writeFileSync(path, all);
  return true;
}
