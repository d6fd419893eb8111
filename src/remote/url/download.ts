import { closeSync, fchmodSync, openSync, readFileSync, rmSync } from 'node:fs';
import { LOOSE_BYTES } from '../../cache/objects/object-store.ts';
import type { LocalObjects, ReceivedObjects } from '../../cache/transfer.ts';
import type { Content, Digest } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { withIoErrors } from '../../fs/errno.ts';
import { createHasher, digestBytes, digestText, hashFile } from '../../fs/hash.ts';
import { throwIfInterrupted } from '../../fs/interrupt.ts';
import { writeAll } from '../../fs/write-atomic.ts';
import { Lanes } from '../lanes.ts';
import type { UrlFile, UrlReader } from './port.ts';

/** Asked for at a time, bytes: each is in memory. */
const RANGE_BYTES = 4 * 1024 * 1024;
/** Of files without ranges. */
const MOST_STREAMS = 3;

export interface DownloadOptions {
  readonly reader: UrlReader;
  readonly local: LocalObjects;
  /** Requests at a time. */
  readonly jobs: number;
  readonly signal?: AbortSignal;
  readonly onBytes?: (bytes: number) => void;
  /** The bytes are in the cache, or will be at the end of the download. */
  readonly onFile: (file: UrlFile, content: Content) => void;
}

/** Brings files into the cache, without another copy on the disk. After an error what came whole is kept. Throws as the reader, and MLO_CACHE_IO. */
export async function download(files: Iterable<UrlFile>, options: DownloadOptions): Promise<void> {
  const received = options.local.receive();
  const lanes = new Lanes(options.jobs);
  const work = new Download(options, received, lanes);
  try {
    for (const file of files) {
      throwIfInterrupted(options.signal);
      await work.begin(file);
    }
    await lanes.end();
  } catch (error) {
    await lanes.end().catch(() => undefined);
    work.abandon();
    received.giveUp();
    throw error;
  }
  received.finish();
}

interface OpenFile {
  readonly file: UrlFile;
  readonly path: string;
  readonly handle: number;
  /** Ranges that have not come yet. */
  left: number;
}

class Download {
  readonly #options: DownloadOptions;
  readonly #received: ReceivedObjects;
  readonly #lanes: Lanes;
  readonly #open = new Set<OpenFile>();

  constructor(options: DownloadOptions, received: ReceivedObjects, lanes: Lanes) {
    this.#options = options;
    this.#received = received;
    this.#lanes = lanes;
  }

  async begin(file: UrlFile): Promise<void> {
    const { size } = file;
    if (size === undefined || !file.hasRanges) return await this.#lanes.begin(async () => await this.#stream(file));
    if (size < LOOSE_BYTES)
      return await this.#lanes.begin(async () => this.#takeSmall(file, this.#counted(await this.#options.reader.read(file, 0, size))));
    const opened = this.#create(file, Math.ceil(size / RANGE_BYTES));
    for (let from = 0; from < size; from += RANGE_BYTES)
      await this.#lanes.begin(async () => await this.#range(opened, from, Math.min(RANGE_BYTES, size - from)));
  }

  abandon(): void {
    for (const opened of this.#open) this.#remove(opened);
  }

  #takeSmall(file: UrlFile, bytes: Buffer): void {
    const digest = digestBytes(bytes);
    if (!this.#options.local.has(digest, bytes.length)) this.#received.putFile(digest, bytes, bytes.length, 0);
    this.#options.onFile(file, { digest: digestText(digest), size: bytes.length, kind: 'file' });
  }

  #counted(bytes: Buffer): Buffer {
    this.#options.onBytes?.(bytes.length);
    return bytes;
  }

  async #range(opened: OpenFile, from: number, length: number): Promise<void> {
    const bytes = await this.#options.reader.read(opened.file, from, length);
    withIoErrors('write the object', opened.path, () => writeAll(opened.handle, bytes, from));
    this.#options.onBytes?.(length);
    opened.left -= 1;
    if (opened.left > 0) return;
    const { signal } = this.#options;
    const { digest, size } = await hashFile(opened.path, signal === undefined ? {} : { signal });
    this.#keep(opened, digest, size);
  }

  /** What breaks off begins again from the start: nobody knows whether the rest would be of the same state. */
  async #stream(file: UrlFile): Promise<void> {
    const { reader } = this.#options;
    if (reader.stream === undefined) throw new Error(`${reader.address}: a file without ranges, and no stream`);
    for (let attempt = 1; ; attempt += 1) {
      const opened = this.#create(file, 1);
      try {
        const hasher = createHasher();
        let size = 0;
        for await (const bytes of reader.stream(file)) {
          throwIfInterrupted(this.#options.signal);
          withIoErrors('write the object', opened.path, () => writeAll(opened.handle, bytes, size));
          hasher.update(bytes);
          size += bytes.length;
          this.#options.onBytes?.(bytes.length);
        }
        if (size >= LOOSE_BYTES) return this.#keep(opened, hasher.digest(), size);
        this.#takeSmall(
          file,
          withIoErrors('read', opened.path, () => readFileSync(opened.path)),
        );
        return this.#remove(opened);
      } catch (error) {
        this.#remove(opened);
        if (attempt === MOST_STREAMS || !(error instanceof MloError) || error.code !== 'MLO_REMOTE') throw error;
      }
    }
  }

  #create(file: UrlFile, left: number): OpenFile {
    const path = this.#received.newTemporary();
    const handle = withIoErrors('write the object', path, () => openSync(path, 'wx', 0o644));
    const opened = { file, path, handle, left };
    this.#open.add(opened);
    return opened;
  }

  #keep(opened: OpenFile, digest: Digest, size: number): void {
    fchmodSync(opened.handle, 0o444);
    closeSync(opened.handle);
    this.#open.delete(opened);
    this.#received.adopt(opened.path, digest);
    this.#options.onFile(opened.file, { digest, size, kind: 'file' });
  }

  #remove(opened: OpenFile): void {
    if (!this.#open.delete(opened)) return;
    closeSync(opened.handle);
    rmSync(opened.path, { force: true });
  }
}
