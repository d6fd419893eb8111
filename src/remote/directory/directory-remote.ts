import { rmdirSync, rmSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isTemporaryName } from '../../core/encoding/tree-format.ts';
import { isErrno } from '../../fs/errno.ts';
import { KEY_FOLDERS } from '../keys.ts';
import { sizeOfBody, type Body, type PutResult, type Remote, type RemoteEntry, type UnfinishedPut } from '../port.ts';
import { RateLimit } from '../rate-limit.ts';
import { readInto, roomFor } from '../read-into.ts';
import { tooLarge } from '../too-large.ts';
import { withRemoteErrors } from './errors.ts';
import { filesBelow, temporariesBelow } from './files-below.ts';
import { putFile, sizeOf } from './put-file.ts';

/** A remote in a folder: a mounted disk, NFS. A key is the path of a file. */
export function directoryRemote(folder: string, limitRate?: number, signal?: AbortSignal): Remote {
  return new DirectoryRemote(folder, limitRate === undefined ? undefined : new RateLimit(limitRate), signal);
}

class DirectoryRemote implements Remote {
  readonly address: string;
  requests = 0;
  readonly #limit: RateLimit | undefined;
  readonly #signal: AbortSignal | undefined;

  constructor(folder: string, limit: RateLimit | undefined, signal: AbortSignal | undefined) {
    this.address = folder;
    this.#limit = limit;
    this.#signal = signal;
  }

  async put(key: string, body: Body): Promise<PutResult> {
    await this.#limit?.pace(sizeOfBody(body), this.#signal);
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
    await this.#limit?.pace(length, this.#signal);
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
    return await withRemoteErrors(doing, path, () => work(path));
  }
}

/** A bucket has no folders: where the last key below one is gone, so is the folder. */
function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (!isErrno(error)) throw error;
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
