import { closeSync, openSync, rmSync } from 'node:fs';
import { LARGEST_CHUNK } from '../../core/chunks/cut.ts';
import type { ReceivedObjects } from '../../cache/transfer.ts';
import type { Digest } from '../../core/content.ts';
import { withIoErrors } from '../../fs/errno.ts';
import { hashFile } from '../../fs/hash.ts';
import { writeAll } from '../../fs/write-atomic.ts';
import type { RecipeChunk } from '../format/recipe-format.ts';
import type { IndexSet } from '../index-set.ts';
import { fetchEntries, type EntryRequest, type FetchEntriesOptions } from './fetch-entries.ts';

/** Chunks that are asked for at a time: 1 GiB of a file, about. */
const MOST_CHUNKS = 16 * 1024;
const MOST_FILES = 256;

export interface FileToAssemble {
  readonly digest: Digest;
  readonly chunks: readonly RecipeChunk[];
}

export interface AssembleOptions extends Omit<FetchEntriesOptions, 'onFault'> {
  readonly index: IndexSet;
  readonly received: ReceivedObjects;
  /** The file cannot be had: a chunk of it is not there, or wrong, or the whole is not what its digest says. */
  readonly onLost: (digest: Digest, fault: 'gone' | 'corrupt', key?: string) => void;
  readonly onWritten?: (bytes: number) => void;
}

/** Puts large files together from their chunks, each of which is verified, then the whole. Bounded memory. */
export async function assembleFiles(files: AsyncIterable<FileToAssemble>, options: AssembleOptions): Promise<void> {
  const assembly = new Assembly(options);
  try {
    for await (const file of files) await assembly.add(file);
    await assembly.fetch();
  } finally {
    assembly.abandon();
  }
}

interface OpenFile {
  readonly digest: Digest;
  readonly path: string;
  readonly handle: number;
  lost: boolean;
  isAsked: boolean;
}

class Assembly {
  readonly #options: AssembleOptions;
  readonly #open = new Set<OpenFile>();
  /** By digest: where the chunk goes. */
  #chunks = new Map<
    string,
    { readonly digest: Buffer; readonly length: number; readonly targets: { readonly file: OpenFile; readonly at: number }[] }
  >();

  constructor(options: AssembleOptions) {
    this.#options = options;
  }

  async add({ digest, chunks }: FileToAssemble): Promise<void> {
    const path = this.#options.received.newTemporary();
    const handle = withIoErrors('write the object', path, () => openSync(path, 'wx', 0o444));
    const file: OpenFile = { digest, path, handle, lost: false, isAsked: false };
    this.#open.add(file);
    for (const chunk of chunks) {
      const key = chunk.digest.toString('latin1');
      const known = this.#chunks.get(key);
      if (known !== undefined && known.length === chunk.length) known.targets.push({ file, at: chunk.at });
      else this.#chunks.set(key, { digest: chunk.digest, length: chunk.length, targets: [{ file, at: chunk.at }] });
      if (this.#chunks.size >= MOST_CHUNKS) await this.fetch();
    }
    file.isAsked = true;
    if (this.#open.size >= MOST_FILES) await this.fetch();
  }

  /** Brings what was asked for; files of which that was all become objects. */
  async fetch(): Promise<void> {
    const requests: EntryRequest[] = [];
    for (const { digest, length, targets } of this.#chunks.values()) {
      const places = this.#options.index.places(digest);
      const wanted = targets.filter(({ file }) => !file.lost);
      if (wanted.length === 0) continue;
      if (places.length === 0) for (const { file } of wanted) this.#lose(file, 'gone');
      else requests.push({ digest, size: length, most: LARGEST_CHUNK, places, take: (bytes) => this.#write(wanted, bytes) });
    }
    const targetsOf = (request: EntryRequest): readonly { readonly file: OpenFile }[] =>
      this.#chunks.get(request.digest.toString('latin1'))?.targets ?? [];
    await fetchEntries(requests, {
      ...this.#options,
      onFault: (request, fault, key) => {
        for (const { file } of targetsOf(request)) this.#lose(file, fault, key);
      },
    });
    this.#chunks = new Map();
    for (const file of this.#open) if (file.isAsked) await this.#finish(file);
  }

  abandon(): void {
    for (const file of this.#open) this.#remove(file);
  }

  #write(targets: readonly { readonly file: OpenFile; readonly at: number }[], bytes: Buffer): void {
    for (const { file, at } of targets) {
      withIoErrors('write the object', file.path, () => writeAll(file.handle, bytes, at));
      this.#options.onWritten?.(bytes.length);
    }
  }

  async #finish(file: OpenFile): Promise<void> {
    const { digest, path } = file;
    if (!file.lost) {
      const { signal } = this.#options;
      const found = await hashFile(path, signal === undefined ? {} : { signal });
      if (found.digest === digest) {
        closeSync(file.handle);
        this.#open.delete(file);
        this.#options.received.adopt(path, digest);
        return;
      }
      this.#lose(file, 'corrupt');
    }
    this.#remove(file);
  }

  #lose(file: OpenFile, fault: 'gone' | 'corrupt', key?: string): void {
    if (file.lost) return;
    file.lost = true;
    this.#options.onLost(file.digest, fault, key);
  }

  #remove(file: OpenFile): void {
    this.#open.delete(file);
    closeSync(file.handle);
    rmSync(file.path, { force: true });
  }
}
