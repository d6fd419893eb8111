import { LARGEST_CHUNK } from '../../core/chunks/cut.ts';
import type { ReceivedObjects } from '../../cache/transfer.ts';
import type { Digest } from '../../core/content.ts';
import type { RecipeChunk } from '../format/recipe-format.ts';
import type { IndexSet } from '../index-set.ts';
import { ArrivingFile } from './arriving-file.ts';
import { fetchEntries, type EntryRequest, type FetchEntriesOptions } from './fetch-entries.ts';
import { RangeMemory } from './range-memory.ts';

/** Chunks that are asked for at a time: 256 MiB of a file, about. What is known of each makes the collector slower. */
const MOST_CHUNKS = 4 * 1024;
const MOST_FILES = 256;

export interface FileToAssemble {
  readonly digest: Digest;
  readonly chunks: readonly RecipeChunk[];
}

export interface AssembleOptions extends Omit<FetchEntriesOptions, 'onFault' | 'memory'> {
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
    await assembly.abandon();
  }
}

interface OpenFile {
  readonly digest: Digest;
  readonly arriving: ArrivingFile;
  lost: boolean;
  isAsked: boolean;
}

/** A chunk of a file. */
interface Target {
  readonly file: OpenFile;
  readonly number: number;
}

class Assembly {
  readonly #options: AssembleOptions;
  readonly #open = new Set<OpenFile>();
  readonly #memory = new RangeMemory();
  /** By digest: where the chunk goes. */
  #chunks = new Map<string, { readonly digest: Buffer; readonly length: number; readonly targets: Target[] }>();

  constructor(options: AssembleOptions) {
    this.#options = options;
  }

  async add({ digest, chunks }: FileToAssemble): Promise<void> {
    const arriving = new ArrivingFile(this.#options.received.newTemporary(), chunks);
    const file: OpenFile = { digest, arriving, lost: false, isAsked: false };
    this.#open.add(file);
    for (const [number, chunk] of chunks.entries()) {
      const key = chunk.digest.toString('latin1');
      const known = this.#chunks.get(key);
      if (known !== undefined && known.length === chunk.length) known.targets.push({ file, number });
      else this.#chunks.set(key, { digest: chunk.digest, length: chunk.length, targets: [{ file, number }] });
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
    const targetsOf = (request: EntryRequest): readonly Target[] => this.#chunks.get(request.digest.toString('latin1'))?.targets ?? [];
    await fetchEntries(requests, {
      ...this.#options,
      memory: this.#memory,
      onFault: (request, fault, key) => {
        for (const { file } of targetsOf(request)) this.#lose(file, fault, key);
      },
    });
    this.#chunks = new Map();
    for (const file of this.#open) if (file.isAsked) await this.#finish(file);
  }

  async abandon(): Promise<void> {
    for (const { arriving } of this.#open) await arriving.remove();
  }

  #write(targets: readonly Target[], bytes: Buffer): void {
    for (const { file, number } of targets) {
      file.arriving.write(number, bytes);
      this.#options.onWritten?.(bytes.length);
    }
  }

  async #finish(file: OpenFile): Promise<void> {
    const { digest, arriving } = file;
    this.#open.delete(file);
    if (!file.lost && arriving.digest() !== digest) this.#lose(file, 'corrupt');
    if (file.lost) {
      await arriving.remove();
      return;
    }
    await arriving.close();
    this.#options.received.adopt(arriving.path, digest);
  }

  #lose(file: OpenFile, fault: 'gone' | 'corrupt', key?: string): void {
    if (file.lost) return;
    file.lost = true;
    this.#options.onLost(file.digest, fault, key);
  }
}
