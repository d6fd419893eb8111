import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openCache } from '../../../src/cache/open.ts';
import type { Cache, LinkType } from '../../../src/cache/types.ts';
import { hashBytes } from '../../../src/fs/hash.ts';
import { temporaryFolder } from '../../helpers/index.ts';

const HARDLINKS: readonly LinkType[] = ['hardlink', 'copy'];
/** In two folders: more than go to the journal, so that the last ones are in a pack. */
const FILES = 200;

interface Project {
  readonly root: string;
  readonly cacheDir: string;
}

interface File {
  readonly path: string;
  readonly bytes: string;
  readonly object: string;
}

async function project(cacheDir?: string): Promise<Project> {
  const root = await temporaryFolder();
  const made = { root, cacheDir: cacheDir ?? join(root, '.mlo/cache') };
  for (const { path, bytes } of filesOf(made)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
  return made;
}

function filesOf({ root, cacheDir }: Project): readonly File[] {
  return ['a', 'b'].flatMap((folder) =>
    Array.from({ length: FILES }, (_, index) => {
      // Every tenth file of each folder has the same bytes.
      const bytes = index % 10 === 0 ? 'the same everywhere' : `${folder} ${index}`;
      const digest = hashBytes(bytes);
      return {
        path: join(root, 'data', folder, String(index)),
        bytes,
        object: join(cacheDir, 'objects', digest.slice(0, 2), digest.slice(2)),
      };
    }),
  );
}

async function using<T>(
  { root, cacheDir }: Project,
  link: readonly LinkType[],
  work: (cache: Cache, data: string) => Promise<T>,
): Promise<T> {
  const cache = openCache({ cacheDir, stateDir: join(root, '.mlo/state'), root, link });
  try {
    return await work(cache, join(root, 'data'));
  } finally {
    await cache.close();
  }
}

async function add(of: Project, link: readonly LinkType[] = HARDLINKS): Promise<void> {
  await using(of, link, async (cache, data) => await cache.commit(data));
}

function expectLinked(of: Project): void {
  for (const { path, bytes, object } of filesOf(of)) {
    const { ino, mode } = statSync(path);
    expect([readFileSync(path, 'utf8'), ino, mode & 0o222], path).toEqual([bytes, statSync(object).ino, 0]);
  }
}

function isUnique({ bytes }: File): boolean {
  return bytes !== 'the same everywhere';
}

describe('adding small files as hard links', () => {
  test('makes each file the object itself, writing none anew, and one file of those with the same bytes', async () => {
    const of = await project();
    const before = filesOf(of).map(({ path }) => statSync(path).ino);
    await add(of);
    expectLinked(of);
    filesOf(of).forEach((file, at) => {
      if (isUnique(file)) expect(statSync(file.path).ino, file.path).toBe(before[at]);
    });
    expect(
      new Set(
        filesOf(of)
          .filter((file) => !isUnique(file))
          .map(({ path }) => statSync(path).ino),
      ).size,
    ).toBe(1);
  });

  test('keeps their bytes in the store too, for when one is changed through a link', async () => {
    const of = await project();
    await add(of);
    const { path, bytes } = filesOf(of).find(isUnique) as File;
    chmodSync(path, 0o644);
    writeFileSync(path, 'EDITED');
    expect(await using(of, HARDLINKS, async (cache) => cache.readBytes(hashBytes(bytes)).toString())).toBe(bytes);
    rmSync(join(of.cacheDir, 'objects'), { recursive: true });
    for (const each of filesOf(of))
      expect(await using(of, HARDLINKS, async (cache) => cache.readBytes(hashBytes(each.bytes)).toString())).toBe(each.bytes);
  });

  test('changes nothing when it is done again', async () => {
    const of = await project();
    await add(of);
    const before = filesOf(of).map(({ path }) => statSync(path).ctimeMs);
    await add(of);
    expect(filesOf(of).map(({ path }) => statSync(path).ctimeMs)).toEqual(before);
  });

  test('never puts a broken object in the place of a good file', async () => {
    const of = await project();
    const broken = filesOf(of).filter(isUnique).slice(0, 3);
    for (const { object, bytes } of broken) {
      mkdirSync(dirname(object), { recursive: true });
      writeFileSync(object, bytes.toUpperCase());
    }
    await add(of);
    expectLinked(of);
    for (const { bytes } of broken) expect(readFileSync(join(of.cacheDir, 'corrupt', hashBytes(bytes)), 'utf8')).toBe(bytes.toUpperCase());
  });

  test('leaves other names of a file as they are', async () => {
    const of = await project();
    const [first, second] = filesOf(of).filter(isUnique) as [File, File];
    const other = join(of.root, 'elsewhere');
    linkSync(first.path, other);
    rmSync(second.path);
    linkSync(first.path, second.path);
    const { ino, mode } = statSync(other);
    await add(of);
    const now = statSync(other);
    expect([now.ino, now.mode, now.nlink, readFileSync(other, 'utf8')]).toEqual([ino, mode, 1, first.bytes]);
    for (const { path } of [first, second])
      expect([readFileSync(path, 'utf8'), statSync(path).ino]).toEqual([first.bytes, statSync(first.object).ino]);
  });

  test('leaves executable and empty files alone', async () => {
    const of = await project();
    for (const name of ['run', 'empty']) writeFileSync(join(of.root, 'data', name), name === 'run' ? '#!/bin/sh\n' : '');
    chmodSync(join(of.root, 'data/run'), 0o755);
    await add(of);
    const modes = ['run', 'empty'].map((name) => statSync(join(of.root, 'data', name))).map(({ nlink, mode }) => [nlink, mode & 0o300]);
    expect(modes).toEqual([
      [1, 0o300],
      [1, 0o200],
    ]);
  });

  test('links one file alone', async () => {
    const of = await project();
    const { path, object } = filesOf(of).find(isUnique) as File;
    await using(of, HARDLINKS, async (cache) => await cache.commit(path));
    expect(statSync(path).ino).toBe(statSync(object).ino);
  });

  test.runIf(isOtherDevice('/dev/shm'))(
    'leaves the files, and makes no objects of them, where the cache is on another file system',
    async () => {
      const cacheDir = join('/dev/shm', `mlo-add-links-${process.pid}`);
      try {
        const of = await project(cacheDir);
        await add(of);
        for (const { path, bytes } of filesOf(of)) {
          const { mode, nlink } = statSync(path);
          expect([readFileSync(path, 'utf8'), nlink, mode & 0o200], path).toEqual([bytes, 1, 0o200]);
        }
        expect(readdirSync(join(cacheDir, 'objects'))).toEqual([]);
      } finally {
        rmSync(cacheDir, { recursive: true, force: true });
      }
    },
  );
});

describe('adding small files as symlinks', () => {
  test('makes an object of each, and links to it', async () => {
    const of = await project();
    const content = await using(of, ['symlink', 'copy'], async (cache, data) => await cache.commit(data));
    for (const { path, bytes, object } of filesOf(of)) expect([readlinkSync(path), readFileSync(path, 'utf8')]).toEqual([object, bytes]);
    expect(await using(of, ['symlink', 'copy'], async (cache, data) => await cache.observe(data))).toEqual(content);
  });
});

function isOtherDevice(folder: string): boolean {
  return existsSync(folder) && statSync(folder).dev !== statSync(process.env['TMPDIR'] ?? '/tmp').dev;
}
