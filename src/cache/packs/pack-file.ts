import { closeSync, fchmodSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isErrno, withIoErrors } from '../../fs/errno.ts';
import { createHasher } from '../../fs/hash.ts';
import { makeSharedFolder, shareFile } from '../../fs/shared-folder.ts';
import { temporaryName } from '../../fs/temporary-name.ts';
import { writeAll } from '../../fs/write-atomic.ts';
import { PACK_START } from './pack-format.ts';
import { brokenListName, packNamed, type PackName } from './pack-name.ts';

/** One large write for thousands of entries. */
const BUFFER_BYTES = 4 * 1024 * 1024;
const PACK_MODE = 0o444;

/** The bytes of a pack on their way to the disk: buffered, hashed as they go, under a temporary name until `finish`. */
export class PackFile {
  readonly #folder: string;
  readonly #temporary: string;
  readonly #file: number;
  readonly #buffer: Buffer;
  readonly #hasher = createHasher();
  #buffered: number;
  #written = 0;

  /** `buffer` is used again for one pack after the other. */
  constructor(folder: string, buffer: Buffer) {
    this.#folder = folder;
    this.#temporary = join(folder, temporaryName());
    this.#file = withIoErrors('write the pack', this.#temporary, () => openNew(this.#temporary, folder));
    this.#buffer = buffer;
    this.#buffered = PACK_START.copy(buffer);
  }

  /** Where the next byte will be. */
  get size(): number {
    return this.#written + this.#buffered;
  }

  append(bytes: Uint8Array): void {
    if (this.#buffered + bytes.length > this.#buffer.length) this.#empty();
    if (bytes.length > this.#buffer.length) this.#write(bytes);
    else {
      this.#buffer.set(bytes, this.#buffered);
      this.#buffered += bytes.length;
    }
  }

  /** All bytes under their own name: other processes see them, and they survive kill -9. Not yet a power loss. */
  finish(): PackName {
    this.#empty();
    const name = packNamed(this.#hasher.digest());
    const path = join(this.#folder, name);
    withIoErrors('write the pack', path, () => {
      fchmodSync(this.#file, PACK_MODE);
      shareFile(this.#file, this.#folder);
      renameSync(this.#temporary, path);
      // A pack of these very bytes that was found broken is a good one from now on.
      rmSync(join(this.#folder, brokenListName(name)), { force: true });
      closeSync(this.#file);
    });
    return name;
  }

  /** Nothing of it is left. */
  abandon(): void {
    closeSync(this.#file);
    rmSync(this.#temporary, { force: true });
  }

  #empty(): void {
    const bytes = this.#buffer.subarray(0, this.#buffered);
    this.#write(bytes);
    this.#buffered = 0;
  }

  #write(bytes: Uint8Array): void {
    withIoErrors('write the pack', this.#temporary, () => writeAll(this.#file, bytes, this.#written));
    this.#hasher.update(bytes);
    this.#written += bytes.length;
  }
}

export function packBuffer(): Buffer {
  return Buffer.allocUnsafeSlow(BUFFER_BYTES);
}

function openNew(path: string, folder: string): number {
  try {
    return openSync(path, 'wx');
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
    makeSharedFolder(folder);
    return openSync(path, 'wx');
  }
}
