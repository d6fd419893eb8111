import { closeSync, fdatasync, ftruncateSync, openSync, readSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { Digest } from '../../core/content.ts';
import { asIoError, isErrno, withIoErrors } from '../../fs/errno.ts';
import { ownIdentity } from '../../fs/process-identity.ts';
import { makeSharedFolder, shareFile } from '../../fs/shared-folder.ts';
import { syncFolder, writeAll } from '../../fs/write-atomic.ts';
import { encodeTrailer, HEADER_BYTES, NO_DIGEST, RECORD, SEGMENT_START, writeRecord, type RecordType } from './record-format.ts';
import { encodeIndex, GrowingIndex, type Position, type SegmentIndex } from './segment-index.ts';
import { crc32 } from 'node:zlib';

const syncData = promisify(fdatasync);
const BUFFER_BYTES = 256 * 1024;

/** Appends records to a segment of its own. Nobody else ever writes to that file. */
export class SegmentWriter {
  readonly path: string;
  readonly #file: number;
  readonly #index = new GrowingIndex();
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #buffered = 0;
  /** Bytes in the file. */
  #written = 0;
  #needsSync = false;
  #needsFolderSync = true;

  constructor(path: string) {
    this.path = path;
    this.#file = withIoErrors('write', path, () => openNew(path));
    this.#begin();
  }

  get index(): SegmentIndex {
    return this.#index;
  }

  get size(): number {
    return this.#written + this.#buffered;
  }

  /** Kept in memory until `push`, which must follow before the caller tells anybody. */
  append(type: RecordType, digest: Digest, payload: Uint8Array): void {
    const length = HEADER_BYTES + payload.length;
    if (this.#buffered + length > BUFFER_BYTES) this.push();
    const at = this.#written + this.#buffered + HEADER_BYTES;
    this.#index.add(type, digest, { at, length: payload.length, crc: crc32(payload) });
    if (length > BUFFER_BYTES) {
      const record = Buffer.allocUnsafe(length);
      writeRecord(record, 0, type, digest, payload);
      this.#write(record);
    } else {
      writeRecord(this.#buffer, this.#buffered, type, digest, payload);
      this.#buffered += length;
    }
  }

  push(): void {
    if (this.#buffered === 0) return;
    const bytes = this.#buffer.subarray(0, this.#buffered);
    this.#buffered = 0;
    this.#write(bytes);
  }

  read(position: Position): Buffer {
    if (position.at + position.length > this.#written) this.push();
    const bytes = Buffer.allocUnsafe(position.length);
    return bytes.subarray(
      0,
      withIoErrors('read', this.path, () => readSync(this.#file, bytes, 0, bytes.length, position.at)),
    );
  }

  async sync(): Promise<void> {
    this.push();
    if (!this.#needsSync) return;
    this.#needsSync = false;
    try {
      await syncData(this.#file);
      if (this.#needsFolderSync) syncFolder(dirname(this.path));
      this.#needsFolderSync = false;
    } catch (error) {
      throw asIoError(error, 'write', this.path);
    }
  }

  /** Writes index and trailer: the segment is then closed for ever and quick to open. Under `finalPath`, if given. */
  async seal(finalPath?: string): Promise<void> {
    this.push();
    const indexAt = this.#written;
    this.append(RECORD.index, NO_DIGEST, encodeIndex(this.#index));
    this.push();
    this.#write(encodeTrailer(indexAt));
    if (finalPath === undefined) await this.sync();
    else {
      await this.sync();
      withIoErrors('write', finalPath, () => {
        renameSync(this.path, finalPath);
        syncFolder(dirname(finalPath));
      });
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  /** What every segment starts with, also one whose first bytes could not be written and that is gone on with. */
  #begin(): void {
    this.#buffered = SEGMENT_START.copy(this.#buffer);
    this.append(RECORD.owner, NO_DIGEST, Buffer.from(JSON.stringify(ownIdentity())));
  }

  /** A half-written record is cut off again, so that what follows can be read. */
  #write(bytes: Uint8Array): void {
    try {
      writeAll(this.#file, bytes, this.#written);
      this.#written += bytes.length;
      this.#needsSync = true;
    } catch (error) {
      this.#buffered = 0;
      this.#index.cut(this.#written);
      ftruncateSync(this.#file, this.#written);
      if (this.#written === 0) this.#begin();
      throw asIoError(error, 'write', this.path);
    }
  }
}

function openNew(path: string): number {
  const file = openInFolder(path);
  shareFile(file, dirname(path));
  return file;
}

function openInFolder(path: string): number {
  try {
    return openSync(path, 'wx+');
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
    makeSharedFolder(dirname(path));
    return openSync(path, 'wx+');
  }
}
