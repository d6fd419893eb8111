import { closeSync, fstatSync, openSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { MloError } from '../../core/errors/mlo-error.ts';
import { withIoErrors } from '../../fs/errno.ts';
import { isProcessIdentity, type ProcessIdentity } from '../../fs/process-identity.ts';
import { decodeTrailer, findNextHeader, HEADER_BYTES, readHeader, RECORD, SEGMENT_START, TRAILER_BYTES } from './record-format.ts';
import { GrowingIndex, SortedIndex, type Position, type SegmentIndex } from './segment-index.ts';
import { readAt } from '../read-at.ts';

/** A segment that another process wrote, or is writing. The open file outlives its name. */
export class SegmentReader {
  readonly path: string;
  readonly #file: number;
  #index: SegmentIndex;
  /** Bytes looked at so far; a torn tail is looked at again once the file has grown. */
  #scannedTo = 0;
  #size = 0;
  #isClosed = false;
  #owner: ProcessIdentity | undefined;

  /** Throws what node:fs throws where the file cannot be opened. */
  constructor(path: string) {
    this.path = path;
    this.#file = openSync(path, 'r');
    this.#index = new GrowingIndex();
    this.refresh();
  }

  get index(): SegmentIndex {
    return this.#index;
  }

  get size(): number {
    return this.#size;
  }

  /** Its writer has finished it: nothing will be appended. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The process that writes it; known only where it is not closed. */
  get owner(): ProcessIdentity | undefined {
    return this.#owner;
  }

  /** Reads what was appended since the last time; true where there is something new. */
  refresh(): boolean {
    return withIoErrors('read', this.path, () => {
      const size = fstatSync(this.#file).size;
      if (this.#isClosed || size === this.#size) return false;
      this.#size = size;
      this.#checkStart();
      const sorted = this.#readIndex();
      if (sorted === undefined) this.#scan();
      else {
        this.#index = sorted;
        this.#isClosed = true;
      }
      return true;
    });
  }

  /** The payload as it lies there; shorter where the file was cut. */
  read(position: Position): Buffer {
    return withIoErrors('read', this.path, () => this.#readAt(position.at, position.length));
  }

  close(): void {
    closeSync(this.#file);
  }

  #checkStart(): void {
    if (this.#scannedTo > 0 || this.#size < SEGMENT_START.length) return;
    const start = this.#readAt(0, SEGMENT_START.length);
    this.#scannedTo = SEGMENT_START.length;
    const version = /^mlo-journal (\d+)\n/.exec(start.toString('latin1'))?.[1];
    if (version === undefined || version === '1') return;
    throw new MloError('MLO_FORMAT_VERSION', `${this.path} has format version ${version}; this mlo reads version 1`, {
      hint: 'Update mlo: npm install mlo-cli@latest',
    });
  }

  #readIndex(): SortedIndex | undefined {
    const indexAt = decodeTrailer(this.#readAt(Math.max(0, this.#size - TRAILER_BYTES), TRAILER_BYTES));
    if (indexAt === undefined) return undefined;
    const bytes = this.#readAt(indexAt, this.#size - TRAILER_BYTES - indexAt);
    const header = readHeader(bytes, 0);
    const payload = bytes.subarray(HEADER_BYTES);
    if (header?.type !== RECORD.index || header.length !== payload.length || header.crc !== crc32(payload)) return undefined;
    return new SortedIndex(payload);
  }

  /** Skips damaged places: what stands after them still counts. */
  #scan(): void {
    const index = this.#index as GrowingIndex;
    const base = this.#scannedTo;
    const bytes = this.#readAt(base, this.#size - base);
    let at = 0;
    for (;;) {
      const header = readHeader(bytes, at);
      const end = at + HEADER_BYTES + (header?.length ?? 0);
      if (header !== undefined && end <= bytes.length) {
        if (header.type === RECORD.owner) this.#readOwner(bytes.subarray(at + HEADER_BYTES, end));
        index.add(header.type, header.digest, { at: base + at + HEADER_BYTES, length: header.length, crc: header.crc });
        at = end;
        continue;
      }
      const next = findNextHeader(bytes, at + 1);
      if (next === undefined) break;
      at = next;
    }
    this.#scannedTo = base + at;
  }

  #readOwner(payload: Buffer): void {
    try {
      const value: unknown = JSON.parse(payload.toString('utf8'));
      if (isProcessIdentity(value)) this.#owner = value;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }

  /** Shorter where the file ends before; empty where a place is none, as whoever wrote it may have lied. */
  #readAt(at: number, length: number): Buffer {
    if (!Number.isSafeInteger(at) || at < 0) return Buffer.alloc(0);
    return readAt(this.#file, at, Math.max(0, Math.min(length, this.#size - at)));
  }
}

/** The run-cache entry's payload is undamaged. */
export function isIntact(payload: Buffer, position: Position): boolean {
  return payload.length === position.length && crc32(payload) === position.crc;
}
