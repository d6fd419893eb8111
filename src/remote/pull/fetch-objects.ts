import { DigestTable } from '../../cache/inventory/digest-table.ts';
import { readIfWhole, type LocalObjects, type ReceivedObjects } from '../../cache/transfer.ts';
import type { Digest } from '../../core/content.ts';
import { decodeTree, LARGEST_TREE, type TreeRow } from '../../core/encoding/tree-format.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { digestText } from '../../fs/hash.ts';
import type { IndexSet } from '../index-set.ts';
import { packKey } from '../keys.ts';
import type { Remote } from '../port.ts';
import type { Wanted } from '../push/plan-push.ts';
import { assembleFiles, type FileToAssemble } from './assemble-files.ts';
import { fetchEntries, fetchNumbered, requestsFor, type EntryRequest, type FetchEntriesOptions, type FetchFault } from './fetch-entries.ts';
import { FilesByPlace } from './files-by-place.ts';
import { LARGEST_RANGE } from './range-memory.ts';
import { readRecipes, type ChunkedFile } from './read-recipes.ts';

/** Whatever is larger lies in chunks, bytes. */
const LARGEST_ENTRY = 64 * 1024 * 1024;

export interface FetchOptions {
  readonly remote: Remote;
  readonly local: LocalObjects;
  readonly index: IndexSet;
  /** Requests at a time. */
  readonly jobs: number;
  readonly signal?: AbortSignal;
  /** Bytes of objects that came. */
  readonly onProgress?: (bytes: number) => void;
  /** Nothing is fetched but trees, and nothing is kept. */
  readonly dry?: boolean;
}

export interface FetchResult {
  readonly files: number;
  readonly trees: number;
  /** Of objects. */
  readonly bytes: number;
  /** That came over the wire. */
  readonly bytesReceived: number;
  /** With `dry`: about how many requests it would still take. */
  readonly requestsToCome: number;
  /** Neither here nor on the remote. */
  readonly missing: ReadonlySet<Digest>;
  /** There, but with other bytes; by digest the key. */
  readonly corrupt: ReadonlyMap<Digest, string>;
}

/** Brings what is wanted, with everything below it, into the cache. What cannot be had is named, the rest comes. Throws MLO_REMOTE, MLO_INTERRUPTED, MLO_CACHE_IO. */
export async function fetchObjects(wanted: Iterable<Wanted>, options: FetchOptions): Promise<FetchResult> {
  const received = options.local.receive();
  let result: FetchResult;
  try {
    result = await new Fetch(options, received).run(wanted);
  } catch (error) {
    received.giveUp();
    throw error;
  }
  received.finish();
  return result;
}

class Fetch {
  files = 0;
  trees = 0;
  bytes = 0;
  bytesReceived = 0;
  readonly missing = new Set<Digest>();
  readonly corrupt = new Map<Digest, string>();
  readonly #options: FetchOptions;
  readonly #received: ReceivedObjects;
  readonly #seen = new DigestTable();
  readonly #small = new FilesByPlace();
  readonly #large: ChunkedFile[] = [];

  constructor(options: FetchOptions, received: ReceivedObjects) {
    this.#options = options;
    this.#received = received;
  }

  /** Trees level by level, with one round of requests for each depth of folders; then all files that are named by them. */
  async run(wanted: Iterable<Wanted>): Promise<FetchResult> {
    let level: number[] = [];
    for (const { digest, kind, size = -1 } of wanted) this.#meet(Buffer.from(digest, 'hex'), kind === 'tree', size, level);
    while (level.length > 0) {
      const below: number[] = [];
      const requests = level.flatMap((number) => this.#lookAtTree(this.#seen.digest(number), below));
      await fetchEntries(requests, this.#entryOptions());
      level = below;
    }
    const requestsToCome = this.#options.dry === true ? this.#expectedRequests() : 0;
    if (this.#options.dry !== true) {
      await fetchNumbered(this.#small.inOrder(), (file) => this.#requestFile(file), this.#entryOptions());
      await this.#fetchLarge();
    }
    const { files, trees, bytes, bytesReceived, missing, corrupt } = this;
    return { files, trees, bytes, bytesReceived, requestsToCome, missing, corrupt };
  }

  /** Each object is looked at once. `size`: bytes; -1: not known. */
  #meet(digest: Buffer, isTree: boolean, size: number, trees: number[]): void {
    const number = this.#seen.count;
    if (this.#seen.add(digest) !== number) return;
    if (isTree) trees.push(number);
    else this.#lookAtFile(digest, number, size);
  }

  /** What has to be asked for is noted. */
  #lookAtFile(digest: Buffer, number: number, size: number): void {
    const { local, index, dry } = this.#options;
    if (size >= 0 ? local.has(digest, size) : local.sizeOf(digestText(digest)) !== undefined) return;
    const [recipe] = index.recipes(digest).filter((each) => size < 0 || each.size === size);
    if (recipe !== undefined) {
      this.#large.push({ digest: digestText(digest), ...recipe });
      if (dry === true) this.#count(recipe.size);
      return;
    }
    const [first] = index.places(digest);
    if (first === undefined) this.missing.add(digestText(digest));
    else {
      if (dry === true) this.#count(first.raw);
      this.#small.add(number, size, first);
    }
  }

  #requestFile(file: number): EntryRequest {
    const digest = this.#seen.digest(this.#small.digestOf(file));
    const size = this.#small.sizeOf(file);
    const take: EntryRequest['take'] = (bytes, stored, place) => {
      this.#received.putFile(digest, stored, bytes.length, place.encoding);
      this.#count(bytes.length);
    };
    return { digest, most: LARGEST_ENTRY, places: this.#options.index.places(digest), take, ...(size < 0 ? {} : { size }) };
  }

  /** What has to be asked for; of one that is here already what is below. */
  #lookAtTree(digest: Buffer, below: number[]): readonly EntryRequest[] {
    const tree = digestText(digest);
    const here = readIfWhole(this.#options.local, tree);
    const rowsHere = here && treeRows(here, tree);
    if (rowsHere !== undefined) {
      this.#enter(rowsHere, below);
      return [];
    }
    const places = this.#options.index.places(digest);
    if (places.length === 0) this.missing.add(tree);
    const take: EntryRequest['take'] = (bytes, stored, place) => {
      const rows = treeRows(bytes, tree);
      if (rows === undefined) return void this.corrupt.set(tree, packKey(place.pack.id));
      if (this.#options.dry !== true) this.#received.putTree(digest, stored, bytes.length, place.encoding);
      this.trees += 1;
      this.#enter(rows, below);
    };
    return places.length === 0 ? [] : [{ digest, most: LARGEST_TREE, places, take }];
  }

  #enter(rows: readonly TreeRow[], below: number[]): void {
    for (const { digest, type, size } of rows) this.#meet(Buffer.from(digest, 'hex'), type === 'tree', size, below);
  }

  /** The chunks of a large file lie one after the other where it was pushed as a whole. */
  #expectedRequests(): number {
    const large = this.#large.reduce((sum, { size }) => sum + 1 + Math.ceil(size / LARGEST_RANGE), 0);
    return requestsFor(this.#small.inOrder(), (file) => this.#requestFile(file)) + large;
  }

  async #fetchLarge(): Promise<void> {
    const counted = new Set<Digest>();
    await assembleFiles(this.#chunksOfLarge(counted), {
      ...this.#entryOptions(),
      index: this.#options.index,
      received: this.#received,
      onWritten: (bytes) => this.#progress(bytes),
      onLost: (digest, fault, key) => {
        if (counted.delete(digest)) this.files -= 1;
        this.#lose(digest, fault, key);
      },
    });
  }

  async *#chunksOfLarge(counted: Set<Digest>): AsyncGenerator<FileToAssemble> {
    const onLost = (digest: Digest, fault: FetchFault, key?: string): void => this.#lose(digest, fault, key);
    for await (const file of readRecipes(this.#large, { ...this.#entryOptions(), index: this.#options.index, onLost })) {
      counted.add(file.digest);
      this.files += 1;
      yield file;
    }
  }

  #entryOptions(): FetchEntriesOptions {
    const { remote, jobs, signal } = this.#options;
    return {
      remote,
      jobs,
      ...(signal === undefined ? {} : { signal }),
      onFault: ({ digest }, fault, key) => this.#lose(digestText(digest), fault, key),
      onBytes: (bytes) => void (this.bytesReceived += bytes),
    };
  }

  #lose(digest: Digest, fault: FetchFault, key = ''): void {
    if (fault === 'gone') this.missing.add(digest);
    else this.corrupt.set(digest, key);
  }

  #count(bytes: number): void {
    this.files += 1;
    this.#progress(bytes);
  }

  #progress(bytes: number): void {
    this.bytes += bytes;
    this.#options.onProgress?.(this.bytes);
  }
}

/** Undefined where the bytes are no tree, or one with names that nothing may have. */
function treeRows(bytes: Buffer, digest: Digest): readonly TreeRow[] | undefined {
  try {
    return decodeTree(bytes.toString('latin1'), digest);
  } catch (error) {
    if (error instanceof MloError) return undefined;
    throw error;
  }
}
