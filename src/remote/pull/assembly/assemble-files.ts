import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { ReceivedObjects } from '../../../cache/transfer.ts';
import { LARGEST_CHUNK } from '../../../core/chunks/cut.ts';
import type { Digest } from '../../../core/content.ts';
import type { RecipeChunk } from '../../format/recipe-format.ts';
import type { IndexSet } from '../../index-set.ts';
import { fetchEntries, type EntryRequest, type FetchEntriesOptions, type TakeEntries } from '../fetch-entries.ts';
import { RangeMemory } from '../range-memory.ts';
import { ArrivingFile } from './arriving-file.ts';
import { packChunks } from './pack-chunks.ts';
import { AssemblyThread, type ThreadFile } from './thread.ts';

/** Chunks that are asked for at a time: 256 MiB of a file, about. What is known of each makes the collector slower. */
const MOST_CHUNKS = 4 * 1024;
const MOST_FILES = 256;
/** A thread takes 40 ms to start, and some memory: only for so many bytes. */
const THREAD_FROM = 64 * 1024 * 1024;

export interface FileToAssemble {
  readonly digest: Digest;
  readonly chunks: readonly RecipeChunk[];
}

export interface AssembleOptions extends Omit<FetchEntriesOptions, 'onFault' | 'memory' | 'takeAll'> {
  readonly index: IndexSet;
  readonly received: ReceivedObjects;
  /** Of all files. */
  readonly bytes: number;
  /** The file cannot be had: a chunk of it is not there, or wrong, or the whole is not what its digest says. */
  readonly onLost: (digest: Digest, fault: 'gone' | 'corrupt', key?: string) => void;
  readonly onWritten?: (bytes: number) => void;
}

/** Puts large files together from their chunks, each of which is verified, then the whole. Bounded memory. */
export async function assembleFiles(files: AsyncIterable<FileToAssemble>, options: AssembleOptions): Promise<void> {
  const thread = options.bytes >= THREAD_FROM && availableParallelism() > 1 ? new AssemblyThread() : undefined;
  const assembly = new Assembly(options, thread);
  try {
    for await (const file of files) await assembly.add(file);
    await assembly.fetch();
  } finally {
    await assembly.abandon();
    thread?.end();
  }
}

interface OpenFile {
  readonly digest: Digest;
  readonly arriving: ArrivingFile | ThreadFile;
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
  readonly #thread: AssemblyThread | undefined;
  readonly #open = new Set<OpenFile>();
  readonly #memory: RangeMemory;
  /** By digest: where the chunk goes. */
  #chunks = new Map<string, { readonly digest: Buffer; readonly length: number; readonly targets: Target[] }>();

  constructor(options: AssembleOptions, thread: AssemblyThread | undefined) {
    this.#options = options;
    this.#thread = thread;
    this.#memory = new RangeMemory(thread !== undefined);
  }

  async add({ digest, chunks }: FileToAssemble): Promise<void> {
    const path = this.#options.received.newTemporary();
    const bounds = boundsOf(chunks);
    const arriving = this.#thread === undefined ? new ArrivingFile(path, bounds) : await this.#thread.open(path, bounds);
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
    await fetchEntries(requests, {
      ...this.#options,
      memory: this.#memory,
      ...(this.#thread === undefined ? {} : { takeAll: this.#takeInThread(this.#thread) }),
      onFault: (request, fault, key) => {
        for (const { file } of this.#targetsOf(request)) this.#lose(file, fault, key);
      },
    });
    this.#chunks = new Map();
    for (const file of this.#open) if (file.isAsked) await this.#finish(file);
  }

  /** Never throws: what went wrong before is what has to be told. */
  async abandon(): Promise<void> {
    for (const { arriving } of this.#open) await arriving.remove().catch(() => removeQuietly(arriving.path));
  }

  #targetsOf({ digest }: EntryRequest): readonly Target[] {
    return this.#chunks.get(digest.toString('latin1'))?.targets ?? [];
  }

  #write(targets: readonly Target[], bytes: Buffer): void {
    for (const { file, number } of targets) {
      (file.arriving as ArrivingFile).write(number, bytes);
      this.#options.onWritten?.(bytes.length);
    }
  }

  #takeInThread(thread: AssemblyThread): TakeEntries {
    return async (bytes, entries) => {
      const targets = entries.map(({ request }) =>
        this.#targetsOf(request)
          .filter(({ file }) => !file.lost)
          .map(({ file, number }) => ({ file: (file.arriving as ThreadFile).number, number })),
      );
      const { memory, chunks } = packChunks(bytes, entries, targets);
      const right = await thread.take(memory, chunks);
      return entries.map(({ place }, number) => {
        if (right[number] === 1) for (const _ of targets[number] ?? []) this.#options.onWritten?.(place.raw);
        return right[number] === 1;
      });
    };
  }

  async #finish(file: OpenFile): Promise<void> {
    const { digest, arriving } = file;
    this.#open.delete(file);
    if (!file.lost && (await arriving.digest()) !== digest) this.#lose(file, 'corrupt');
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

/** What stays is cleared away by a later command. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    return;
  }
}

/** Where each begins, and where the last one ends. */
function boundsOf(chunks: readonly RecipeChunk[]): Float64Array {
  const bounds = new Float64Array(chunks.length + 1);
  for (const [number, { at, length }] of chunks.entries()) {
    bounds[number] = at;
    bounds[number + 1] = at + length;
  }
  return bounds;
}
