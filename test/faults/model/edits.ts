import {
  chmodSync,
  closeSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
  type Stats,
} from 'node:fs';
import { asBytePath, inFolder, toSystemPath, type BytePath } from '../../../src/fs/byte-path.ts';
import { folderAt, nodeAt, pathsOf, put, type ModelFile, type ModelFolder, type ModelNode } from './model-tree.ts';
import type { Random } from './random.ts';

/** A folder of the disk and the model of it; an edit changes both in the same way. */
export interface Edited {
  /** Absolute path of the folder, latin1. */
  readonly root: BytePath;
  readonly model: ModelFolder;
  readonly random: Random;
  /** Longest file, bytes. */
  readonly largest: number;
  /** A file that becomes an object by a hard link is made read-only from the mode that it had a moment before: a mode set in between is lost. */
  readonly keepsModes: boolean;
}

type Edit = (edited: Edited) => void;

const NAMES = [
  'a',
  'b',
  'A',
  'B',
  'c.txt',
  'C.txt',
  'data.bin',
  'with space',
  'b\xc3\xbc',
  '\xff\xfe',
  'e\nf',
  '-n',
  '\\x41',
  'run.sh',
  '{}',
  'z',
];
const SIZES = [0, 1, 5, 5, 5, 64, 700, 4_096, 5_000, 70_000];

/** Every way in which people, editors and tools change a folder. */
const EDITS: readonly (readonly [name: string, weight: number, edit: Edit])[] = [
  ['make a file', 8, makeFile],
  ['write in place, same size', 8, (on) => writeInPlace(on, 'same')],
  ['write in place, same size, the mtime brought back', 6, (on) => writeInPlace(on, 'same', keepTimes)],
  ['change one byte in place', 4, changeByte],
  ['write in place, another size', 4, (on) => writeInPlace(on, 'other')],
  ['replace by rename, same size', 5, (on) => replaceByRename(on, 'same')],
  ['replace by rename, same size, the mtime brought back', 5, (on) => replaceByRename(on, 'same', keepTimes)],
  ['delete a file', 4, deleteFile],
  ['delete and make again, so that the inode may be the same', 4, deleteAndMake],
  ['touch', 3, (on) => touch(on, 0)],
  ['touch with a time long ago', 2, (on) => touch(on, -1_000_000_000)],
  ['touch with a time to come', 2, (on) => touch(on, 100_000_000)],
  ['chmod +x or -x', 3, chmodFile],
  ['rename', 5, renamePath],
  ['swap two files', 3, swapFiles],
  ['swap two folders', 2, swapFolders],
  ['make a folder', 4, makeFolder],
  ['delete a folder', 1, deleteFolder],
  ['replace a file by a folder', 3, fileToFolder],
  ['replace a folder by a file', 2, folderToFile],
  ['rename to the same letters in another case', 3, changeCase],
  ['another name for the same file', 3, hardLink],
  ['make a symlink', 2, makeLink],
  ['replace a file by a symlink to it', 1, fileToLink],
  ['bring back the times of a folder', 3, keepFolderTimes],
  ['replace a folder by a copy of itself with one byte changed', 2, replaceFolder],
];
const WEIGHT = EDITS.reduce((sum, [, weight]) => sum + weight, 0);

/** Does one edit and returns its name. One that is not possible now does nothing. */
export function edit(on: Edited): string {
  let at = on.random.below(WEIGHT);
  for (const [name, weight, work] of EDITS) {
    at -= weight;
    if (at >= 0) continue;
    work(on);
    return name;
  }
  throw new Error('unreachable');
}

function full(on: Edited, path: string): Buffer | string {
  return toSystemPath(path === '' ? on.root : inFolder(on.root, asBytePath(path)));
}

function someFile(on: Edited): string | undefined {
  const files = pathsOf(on.model, 'file');
  return files.length === 0 ? undefined : on.random.pick(files);
}

function someFolder(on: Edited): string {
  return on.random.pick(['', ...pathsOf(on.model, 'folder')]);
}

function fileOf(on: Edited, path: string): ModelFile {
  return nodeAt(on.model, path) as ModelFile;
}

function freePath(on: Edited): string | undefined {
  const folder = someFolder(on);
  if (folder.split('/').length > 6) return undefined;
  const name = on.random.chance(0.3) ? `n${on.random.below(400)}` : on.random.pick(NAMES);
  return folderAt(on.model, folder).names.has(name) ? undefined : folder === '' ? name : `${folder}/${name}`;
}

function someBytes(on: Edited, size = Math.min(on.largest, on.random.pick(SIZES))): Buffer {
  return on.random.chance(0.15) ? Buffer.alloc(size, 'same for all') : on.random.bytes(size);
}

function write(on: Edited, path: string, bytes: Buffer, exec = false): void {
  writeFileSync(full(on, path), bytes, { mode: exec ? 0o755 : 0o644 });
  if (exec) chmodSync(full(on, path), 0o755);
  put(on.model, path, { kind: 'file', bytes, exec });
}

function makeFile(on: Edited): void {
  const path = freePath(on);
  if (path !== undefined) write(on, path, someBytes(on), on.random.chance(0.15));
}

/** All names of one file show the same bytes. */
function setBytes(on: Edited, path: string, bytes: Buffer): void {
  for (const each of namesOfFile(on, path)) put(on.model, each, { ...fileOf(on, each), bytes });
}

function namesOfFile(on: Edited, path: string): readonly string[] {
  const { ino, nlink } = lstatSync(full(on, path));
  return nlink === 1 ? [path] : pathsOf(on.model, 'file').filter((each) => lstatSync(full(on, each)).ino === ino);
}

/** A link of ours to an object is read-only; who wants to write makes it his own first, as `mlo unprotect` does. */
function makeOwn(on: Edited, path: string): void {
  const stat = lstatSync(full(on, path));
  if ((stat.mode & 0o200) !== 0 && !stat.isSymbolicLink()) return;
  const { bytes, exec } = fileOf(on, path);
  rmSync(full(on, path));
  writeFileSync(full(on, path), bytes, { mode: exec ? 0o755 : 0o644 });
}

function writeInPlace(on: Edited, size: 'same' | 'other', afterwards?: Afterwards): void {
  const path = someFile(on);
  if (path === undefined) return;
  makeOwn(on, path);
  const before = lstatSync(full(on, path));
  const { length } = fileOf(on, path).bytes;
  const bytes = size === 'same' ? on.random.bytes(length) : someBytes(on);
  writeFileSync(full(on, path), bytes);
  setBytes(on, path, bytes);
  afterwards?.(on, path, before);
}

function changeByte(on: Edited): void {
  const path = someFile(on);
  if (path === undefined || fileOf(on, path).bytes.length === 0) return;
  makeOwn(on, path);
  const bytes = Buffer.from(fileOf(on, path).bytes);
  const at = on.random.below(bytes.length);
  bytes[at] = (bytes[at] as number) ^ (1 + on.random.below(255));
  const file = openSync(full(on, path), 'r+');
  writeSync(file, bytes, at, 1, at);
  closeSync(file);
  setBytes(on, path, bytes);
}

function replaceByRename(on: Edited, size: 'same' | 'other', afterwards?: Afterwards): void {
  const path = someFile(on);
  if (path === undefined) return;
  const { bytes: old, exec } = fileOf(on, path);
  const before = lstatSync(full(on, path));
  const bytes = size === 'same' ? on.random.bytes(old.length) : someBytes(on);
  const beside = `${path}~new`;
  writeFileSync(full(on, beside), bytes, { mode: exec ? 0o755 : 0o644 });
  renameSync(full(on, beside), full(on, path));
  put(on.model, path, { kind: 'file', bytes, exec });
  if (before.isFile()) afterwards?.(on, path, before);
}

/** As `cp -p`, `rsync -a` and `tar x` do: the file has the mtime and atime that it had before. */
function keepTimes(on: Edited, path: string, { atime, mtime }: Stats): void {
  utimesSync(full(on, path), atime, mtime);
}

type Afterwards = (on: Edited, path: string, before: Stats) => void;

function deleteFile(on: Edited): void {
  const path = someFile(on);
  if (path === undefined) return;
  rmSync(full(on, path));
  put(on.model, path, undefined);
}

function deleteAndMake(on: Edited): void {
  const path = someFile(on);
  if (path === undefined) return;
  const { bytes, exec } = fileOf(on, path);
  rmSync(full(on, path));
  write(on, path, on.random.bytes(bytes.length), exec);
}

function touch(on: Edited, seconds: number): void {
  const path = someFile(on);
  if (path === undefined || lstatSync(full(on, path)).isSymbolicLink()) return;
  const time = Math.floor(Date.now() / 1000) + seconds + (on.random.chance(0.5) ? 0 : on.random.next());
  utimesSync(full(on, path), time, time);
}

function chmodFile(on: Edited): void {
  const path = someFile(on);
  if (path === undefined || on.keepsModes) return;
  makeOwn(on, path);
  const exec = !fileOf(on, path).exec;
  chmodSync(full(on, path), exec ? 0o755 : 0o644);
  for (const each of namesOfFile(on, path)) put(on.model, each, { ...fileOf(on, each), exec });
}

function renamePath(on: Edited): void {
  const paths = pathsOf(on.model);
  const to = freePath(on);
  if (paths.length === 0 || to === undefined) return;
  const from = on.random.pick(paths);
  if (to === from || to.startsWith(`${from}/`)) return;
  move(on, from, to);
}

function move(on: Edited, from: string, to: string): void {
  renameSync(full(on, from), full(on, to));
  const node = nodeAt(on.model, from) as ModelNode;
  put(on.model, from, undefined);
  put(on.model, to, node);
}

function swap(on: Edited, one: string, other: string): void {
  if (one === other || other.startsWith(`${one}/`) || one.startsWith(`${other}/`)) return;
  move(on, one, 'swap~');
  move(on, other, one);
  move(on, 'swap~', other);
}

function swapFiles(on: Edited): void {
  const files = pathsOf(on.model, 'file');
  if (files.length > 1) swap(on, on.random.pick(files), on.random.pick(files));
}

function swapFolders(on: Edited): void {
  const folders = pathsOf(on.model, 'folder');
  if (folders.length > 1) swap(on, on.random.pick(folders), on.random.pick(folders));
}

function makeFolder(on: Edited): void {
  const path = freePath(on);
  if (path === undefined) return;
  mkdirSync(full(on, path));
  put(on.model, path, { kind: 'folder', names: new Map() });
  for (let files = on.random.below(4); files > 0; files -= 1) write(on, `${path}/${on.random.pick(NAMES)}`, someBytes(on));
}

function deleteFolder(on: Edited): void {
  const folders = pathsOf(on.model, 'folder');
  if (folders.length < 3) return;
  const path = on.random.pick(folders);
  rmSync(full(on, path), { recursive: true });
  put(on.model, path, undefined);
}

function fileToFolder(on: Edited): void {
  const path = someFile(on);
  if (path === undefined || path.split('/').length > 5) return;
  rmSync(full(on, path));
  mkdirSync(full(on, path));
  put(on.model, path, { kind: 'folder', names: new Map() });
  if (on.random.chance(0.7)) write(on, `${path}/in`, someBytes(on));
}

function folderToFile(on: Edited): void {
  const folders = pathsOf(on.model, 'folder');
  if (folders.length < 3) return;
  const path = on.random.pick(folders);
  rmSync(full(on, path), { recursive: true });
  write(on, path, someBytes(on));
}

function changeCase(on: Edited): void {
  const paths = pathsOf(on.model).filter((path) => /[a-z]/i.test(path.slice(path.lastIndexOf('/') + 1)));
  if (paths.length === 0) return;
  const from = on.random.pick(paths);
  const slash = from.lastIndexOf('/') + 1;
  const name = from.slice(slash);
  const to =
    from.slice(0, slash) + (name === name.toUpperCase() ? name.toLowerCase() : name.replace(/[a-z]/g, (letter) => letter.toUpperCase()));
  if (nodeAt(on.model, to) === undefined) move(on, from, to);
}

function hardLink(on: Edited): void {
  const from = someFile(on);
  const to = freePath(on);
  if (from === undefined || to === undefined || lstatSync(full(on, from)).isSymbolicLink()) return;
  linkSync(full(on, from), full(on, to));
  put(on.model, to, fileOf(on, from));
}

function makeLink(on: Edited): void {
  const path = freePath(on);
  if (path === undefined) return;
  const target = on.random.pick(['a', 'no such name', './b', 'c.txt']);
  symlinkSync(target, full(on, path));
  put(on.model, path, { kind: 'link', target });
}

function fileToLink(on: Edited): void {
  const path = someFile(on);
  if (path === undefined) return;
  const slash = path.lastIndexOf('/') + 1;
  const beside = `${path.slice(0, slash)}real-${on.random.below(1000)}`;
  if (nodeAt(on.model, beside) !== undefined) return;
  move(on, path, beside);
  symlinkSync(toSystemPath(asBytePath(beside.slice(slash))), full(on, path));
  put(on.model, path, { kind: 'link', target: beside.slice(slash) });
}

/** A file comes, another goes, and the folder's mtime is as it was. */
function keepFolderTimes(on: Edited): void {
  const folder = someFolder(on);
  const { atime, mtime } = lstatSync(full(on, folder));
  const files = [...folderAt(on.model, folder).names].filter(([, node]) => node.kind === 'file').map(([name]) => name);
  const path = folder === '' ? 'extra' : `${folder}/extra`;
  if (nodeAt(on.model, path) === undefined) write(on, path, someBytes(on));
  if (files.length > 0) {
    const gone = folder === '' ? on.random.pick(files) : `${folder}/${on.random.pick(files)}`;
    rmSync(full(on, gone));
    put(on.model, gone, undefined);
  }
  utimesSync(full(on, folder), atime, mtime);
}

/** The folder itself is another one, with the same names, sizes and mtimes. */
function replaceFolder(on: Edited): void {
  const folders = pathsOf(on.model, 'folder').filter((path) =>
    [...folderAt(on.model, path).names.values()].every((node) => node.kind === 'file'),
  );
  if (folders.length === 0) return;
  const folder = on.random.pick(folders);
  const { names } = folderAt(on.model, folder);
  const stat = lstatSync(full(on, folder));
  mkdirSync(full(on, 'copy~'));
  const changed = names.size === 0 ? undefined : on.random.pick([...names.keys()]);
  for (const [name, node] of names) {
    const { bytes: before, exec } = node as ModelFile;
    const bytes = name === changed ? on.random.bytes(before.length) : before;
    const { atime, mtime } = lstatSync(full(on, `${folder}/${name}`));
    writeFileSync(full(on, `copy~/${name}`), bytes, { mode: exec ? 0o755 : 0o644 });
    utimesSync(full(on, `copy~/${name}`), atime, mtime);
    names.set(name, { kind: 'file', bytes, exec });
  }
  rmSync(full(on, folder), { recursive: true });
  renameSync(full(on, 'copy~'), full(on, folder));
  utimesSync(full(on, folder), stat.atime, stat.mtime);
}
