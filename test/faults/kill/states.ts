import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { add } from '../../../src/app/add.ts';
import { checkout } from '../../../src/app/checkout.ts';
import { verify } from '../../../src/app/verify.ts';
import { isTemporaryName } from '../../../src/core/encoding/tree-format.ts';
import { hashBytes } from '../../../src/fs/hash.ts';
import { appContext } from '../../helpers/index.ts';
import { noise } from '../lib/fill-disk.ts';
import { scratchCopy, scratchFolder } from '../lib/index.ts';
import { IS_FULL } from '../lib/is-full.ts';

/** Path below `data` → digest of the bytes, with `x` in front where it is executable. */
export type Files = ReadonlyMap<string, string>;

/** A project of which two versions of one folder are in the cache, the second one in the workspace. */
export interface TwoVersions {
  readonly root: string;
  readonly first: Version;
  readonly second: Version;
}

interface Version {
  readonly pointer: string;
  readonly files: Files;
}

/** Enough for several threads and, where files are no links, for packs of both versions; in full so many that threads look at one folder in parts. */
const MANY = IS_FULL ? 2_200 : 280;
const MANY_LINKS = IS_FULL ? 2_200 : 100;
const FOLDERS = ['a', 'b', 'b/c', 'gone', 'd', 'e', 'f', 'g'];
const FILES = 12;

const made = new Map<string, Promise<TwoVersions>>();

/** Made once for a test file: what is done is done to copies. `later`: the settings from then on. */
export async function twoVersions(config = '', later = config): Promise<TwoVersions> {
  const key = JSON.stringify([config, later]);
  const versions = made.get(key) ?? makeTwoVersions(config, later);
  made.set(key, versions);
  return await versions;
}

async function makeTwoVersions(config: string, later: string): Promise<TwoVersions> {
  const many = config === '' ? MANY : MANY_LINKS;
  const root = scratchFolder();
  mkdirSync(join(root, '.mlo'));
  const configure = (text: string): void => writeFileSync(join(root, '.mlo/config.yaml'), `gc.grace: 0s\n${text}`);
  configure(config);
  for (const folder of ['many', ...FOLDERS]) mkdirSync(join(root, 'data', folder), { recursive: true });
  // What is linked to the cache is replaced, never written to.
  const put = (path: string, content: string | Buffer): void => {
    rmSync(join(root, 'data', path), { force: true });
    writeFileSync(join(root, 'data', path), content);
  };
  for (let each = 0; each < many; each += 1) put(`many/${each}`, `one of many ${each}`);
  for (const folder of FOLDERS) for (let each = 0; each < FILES; each += 1) put(`${folder}/${each}`, `${folder} ${each}`);
  put('large', Buffer.alloc(5_000_000, 'large'));
  put('medium', Buffer.alloc(100_000, 'medium'));
  // A pack with it is written in more than one piece.
  put('noise', noise(40_000, 5));
  put('file or folder', 'a file');
  const first = await addIt(root);
  for (let each = 0; each < many; each += 1) if (each % 10 > 0) put(`many/${each}`, `changed ${each}`);
  for (let each = 0; each < FILES; each += 1) put(`a/${each}`, `new a ${each}`);
  rmSync(join(root, 'data/gone'), { recursive: true });
  mkdirSync(join(root, 'data/new'));
  for (let each = 0; each < FILES; each += 1) put(`new/${each}`, `new ${each}`);
  put('large', Buffer.alloc(5_000_000, 'LARGE'));
  put('medium', Buffer.alloc(100_000, 'MEDIUM'));
  rmSync(join(root, 'data/file or folder'));
  mkdirSync(join(root, 'data/file or folder'));
  put('file or folder/in it', 'in it');
  const second = await addIt(root);
  configure(later);
  return { root, first, second };
}

async function addIt(root: string): Promise<Version> {
  await add(appContext(root), { paths: ['data'], commit: true });
  return { pointer: readFileSync(join(root, 'data.mlo'), 'utf8'), files: filesOf(join(root, 'data')) };
}

/** A copy to do something to, with its hard links. */
export function copyOf({ root }: TwoVersions): string {
  return scratchCopy(root);
}

/** All files below; what was not finished has a temporary name and is left out. */
export function filesOf(folder: string, above = ''): Map<string, string> {
  const files = new Map<string, string>();
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (isTemporaryName(name)) continue;
    const path = join(folder, name);
    const stat = lstatSync(path);
    if (stat.isDirectory()) for (const [below, digest] of filesOf(path, `${above}${name}/`)) files.set(below, digest);
    else files.set(above + name, `${(stat.mode & 0o100) === 0 ? '' : 'x '}${hashBytes(readFileSync(path))}`);
  }
  return files;
}

/** Names that a killed command has left in or below a folder. */
export function leftovers(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    isTemporaryName(path.slice(path.lastIndexOf('/') + 1)),
  );
}

/** Every object, pack, index, segment and pointer, as `mlo verify` sees it. */
export async function expectVerified(root: string, where: string): Promise<void> {
  const { damages, objects, files } = await verify(appContext(root), { quick: false, repair: false });
  expect({ damages, objects, files }, where).toEqual({ damages: [], objects: [], files: [] });
}

/** The next commands succeed, and give back what the pointer names with nothing but the store. */
export async function expectComesBack(root: string, version: Version, where: string): Promise<void> {
  writeFileSync(join(root, 'data.mlo'), version.pointer);
  rmSync(join(root, 'data'), { recursive: true, force: true });
  const { targets } = await checkout(appContext(root), { targets: [], force: false });
  expect(targets[0]?.error, where).toBeUndefined();
  expect(filesOf(join(root, 'data')), where).toEqual(version.files);
}
