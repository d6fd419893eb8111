import { constants, copyFileSync, existsSync, linkSync, lstatSync, readdirSync, rmdirSync, rmSync, statSync, type Dirent } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MloError } from '../../core/errors/mlo-error.ts';
import { isTemporaryName } from '../../core/encoding/tree-format.ts';
import { asIoError, isErrno } from '../../fs/errno.ts';
import { makeSharedFolder } from '../../fs/shared-folder.ts';
import { syncFolder } from '../../fs/write-atomic.ts';
import { temporaryName } from '../../fs/temporary-name.ts';
import { KEY_FOLDERS } from '../keys.ts';
import { sizeOfBody, type Body, type PutResult, type Remote, type RemoteEntry, type UnfinishedPut } from '../port.ts';
import { RateLimit } from '../rate-limit.ts';
import { readInto, roomFor } from '../read-into.ts';

/** Of a put whose folder is taken away again and again. */
const MOST_ATTEMPTS = 10;

/** A remote in a folder: a mounted disk, NFS. A key is the path of a file. */
export function directoryRemote(folder: string, limitRate?: number): Remote {
  return new DirectoryRemote(folder, limitRate === undefined ? undefined : new RateLimit(limitRate));
}

class DirectoryRemote implements Remote {
  readonly address: string;
  requests = 0;
  readonly #limit: RateLimit | undefined;

  constructor(folder: string, limit: RateLimit | undefined) {
    this.address = folder;
    this.#limit = limit;
  }

  async put(key: string, body: Body): Promise<PutResult> {
    await this.#limit?.pace(sizeOfBody(body));
    return await this.#told('write', key, (path) => putFile(path, body));
  }

  async get(key: string, most: number): Promise<Buffer | undefined> {
    return await this.#told('read', key, async (path) => {
      const size = sizeOf(path);
      if (size === undefined) return undefined;
      if (size > most) throw tooLarge(path, size, most);
      return await readRange(path, 0, size);
    });
  }

  async getRange(key: string, from: number, length: number, memory?: Buffer): Promise<Buffer | undefined> {
    await this.#limit?.pace(length);
    return await this.#told('read', key, (path) => readRange(path, from, length, memory));
  }

  async stat(key: string): Promise<{ readonly size: number } | undefined> {
    const size = await this.#told('look for', key, sizeOf);
    return size === undefined ? undefined : { size };
  }

  async *list(folder: string): AsyncIterable<RemoteEntry> {
    yield* await this.#told('list', folder, () => filesBelow(this.address, folder.replace(/\/$/, '')));
  }

  async delete(key: string): Promise<void> {
    await this.#told('delete', key, (path) => {
      rmSync(path, { force: true });
      if (key.includes('/')) removeIfEmpty(dirname(path));
    });
  }

  async *unfinished(): AsyncIterable<UnfinishedPut> {
    for (const folder of KEY_FOLDERS) yield* await this.#told('list', folder, () => temporariesBelow(this.address, folder.slice(0, -1)));
  }

  async abandon({ key, id }: UnfinishedPut): Promise<void> {
    if (!isTemporaryName(id)) throw new Error('This is no put of a folder');
    await this.#told('delete', `${key}${id}`, (path) => rmSync(path, { force: true }));
  }

  close(): void {}

  async #told<T>(doing: string, key: string, work: (path: string) => T | Promise<T>): Promise<T> {
    this.requests += 1;
    const path = join(this.address, key);
    return await asRemoteError(doing, path, () => work(path));
  }
}

export function tooLarge(place: string, size: number, most: number): MloError {
  return new MloError('MLO_REMOTE', `${place} has ${size} bytes, and no more than ${most} were expected: mlo did not write it`);
}

/** A bucket has no folders: where the last key below one is gone, so is the folder. */
function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (!isErrno(error)) throw error;
  }
}

async function putFile(path: string, body: Body): Promise<PutResult> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await tryToPut(path, body);
    } catch (error) {
      // Somebody who deleted the last key of the folder took it away between two steps.
      if (!isErrno(error, 'ENOENT') || attempt === MOST_ATTEMPTS || isMissingSource(body)) throw error;
    }
  }
}

function isMissingSource(body: Body): boolean {
  return !(body instanceof Uint8Array) && sizeOf(body.path) === undefined;
}

async function tryToPut(path: string, body: Body): Promise<PutResult> {
  if (sizeOf(path) !== undefined) return 'there';
  const folder = dirname(path);
  makeSharedFolder(folder);
  const temporary = join(folder, temporaryName());
  try {
    await writeDurably(temporary, body);
    return placeUnlessThere(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
    if (existsSync(folder)) syncFolder(folder);
  }
}

async function writeDurably(path: string, body: Body): Promise<void> {
  if (!(body instanceof Uint8Array)) copyFileSync(body.path, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  const file = await open(path, body instanceof Uint8Array ? 'wx' : 'r');
  try {
    if (body instanceof Uint8Array) await file.writeFile(body);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** A hard link is the one way to take a name only where nobody has it. */
function placeUnlessThere(temporary: string, path: string): PutResult {
  try {
    linkSync(temporary, path);
    return 'written';
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return 'there';
    if (!isErrno(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EACCES', 'EXDEV')) throw error;
  }
  // File systems without hard links: what two write at once under one name is the same.
  if (sizeOf(path) !== undefined) return 'there';
  copyFileSync(temporary, path, constants.COPYFILE_EXCL);
  return 'written';
}

function sizeOf(path: string): number | undefined {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat?.isFile() === true ? stat.size : undefined;
  } catch (error) {
    if (isErrno(error, 'ENOTDIR')) return undefined;
    throw error;
  }
}

async function readRange(path: string, from: number, length: number, memory?: Buffer): Promise<Buffer | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
  try {
    const { size } = await file.stat();
    const most = Math.max(0, Math.min(length, size - from));
    const bytes = roomFor(most, memory);
    return bytes.subarray(0, await readInto(file, bytes, from));
  } finally {
    await file.close();
  }
}

/** Files that are being written are left out: no key begins with a dot. */
function filesBelow(root: string, start: string): RemoteEntry[] {
  return below(root, start, (name) => !name.startsWith('.')).map(({ folder, name, size, modifiedMs }) => ({
    key: `${folder}/${name}`,
    size,
    modifiedMs,
  }));
}

/** Files that a put began and has not linked to their key. */
function temporariesBelow(root: string, start: string): UnfinishedPut[] {
  return below(root, start, isTemporaryName).map(({ folder, name, size, modifiedMs }) => ({
    key: `${folder}/`,
    id: name,
    size,
    startedMs: modifiedMs,
  }));
}

interface FileBelow {
  /** Relative to the remote. */
  readonly folder: string;
  readonly name: string;
  readonly size: number;
  readonly modifiedMs: number;
}

/** Files with such names in a folder and the folders below it, hidden ones left out; none where it is not there. */
function below(root: string, folder: string, isWanted: (name: string) => boolean): FileBelow[] {
  let names: readonly Dirent[];
  try {
    names = readdirSync(join(root, folder), { withFileTypes: true });
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
  return names.flatMap((entry) => {
    const { name } = entry;
    if (entry.isDirectory()) return name.startsWith('.') ? [] : below(root, `${folder}/${name}`, isWanted);
    if (!isWanted(name)) return [];
    const stat = lstatSync(join(root, folder, name), { throwIfNoEntry: false });
    return stat?.isFile() === true ? [{ folder, name, size: stat.size, modifiedMs: stat.mtimeMs }] : [];
  });
}

/** In words that fit a remote, where those for any path do not. */
const WORDS: { readonly [code: string]: readonly [why: string, hint: string] } = {
  ENOENT: ['its folder is not there and cannot be made', 'Is the disk mounted? Is it the right path? mlo remote show'],
  EEXIST: ['a file lies where a folder is expected', 'Move the file away, or change the path: mlo remote modify <name> url <path>'],
  ENOTDIR: ['a file lies where a folder is expected', 'Move the file away, or change the path: mlo remote modify <name> url <path>'],
  EROFS: ['the file system is read-only', 'Pull works; for push mount it writable'],
  ENOSPC: [
    'no space left on the disk of the remote',
    'Free some space there (mlo gc --remote), then run the same command again: what arrived is not sent again',
  ],
  EDQUOT: [
    'the disk quota of the remote is used up',
    'Free some space there (mlo gc --remote), then run the same command again: what arrived is not sent again',
  ],
};

async function asRemoteError<T>(doing: string, path: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const told = asIoError(error, doing, path);
    if (!(told instanceof MloError) || told.code !== 'MLO_CACHE_IO') throw told;
    const [why, hint = told.hint] = WORDS[String(told.details['errno'])] ?? [];
    const message = why === undefined ? told.message : `Cannot ${doing} ${path}: ${why}`;
    throw new MloError('MLO_REMOTE', message, { details: told.details, ...(hint === undefined ? {} : { hint }) });
  }
}
