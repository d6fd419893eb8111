import { statSync } from 'node:fs';
import { DigestTable } from '../../cache/inventory/digest-table.ts';
import { EntryCompressor } from '../../cache/packs/entry-encoding.ts';
import type { LocalObjects, LocalPack } from '../../cache/transfer.ts';
import type { Digest } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { asIoError, isErrno } from '../../fs/errno.ts';
import { digestBytes, digestText, hashFile } from '../../fs/hash.ts';
import { throwIfInterrupted } from '../../fs/interrupt.ts';
import type { IndexRecipe } from '../format/index-format.ts';
import { RecipeWriter } from '../format/recipe-format.ts';
import type { IndexSet } from '../index-set.ts';
import { packKey } from '../keys.ts';
import { Lanes } from '../lanes.ts';
import type { RemoteLease } from '../leases.ts';
import { sizeOfBody, type Body, type Remote } from '../port.ts';
import { cutBytes, cutFile } from './cut-file.ts';
import { OutgoingPack, PackBuffers, type FinishedPack } from './outgoing-pack.ts';
import type { LargeFile, PushPlan } from './plan-push.ts';
import { Publication, mergeIndexes } from './publication.ts';
import { wholePacks } from './whole-packs.ts';

/** After so many bytes others (and a push that follows one that was killed) are told what is there. */
export const CHECKPOINT_BYTES = 256 * 1024 * 1024;
/** Objects read from the cache at a time. */
const READ_AT_ONCE = 4096;
const MOST_INDEXES = 16;

export interface PushOptions {
  readonly remote: Remote;
  /** Held from before the index was loaded. */
  readonly lease: RemoteLease;
  readonly local: LocalObjects;
  readonly index: IndexSet;
  /** Where copies of indexes are kept. */
  readonly indexFolder: string;
  /** Packs on their way at a time; each takes 32 MiB of memory, and so does the one that is filled. */
  readonly jobs: number;
  readonly signal?: AbortSignal;
  /** Bytes of the plan that were dealt with. */
  readonly onProgress?: (bytes: number) => void;
}

export interface PushResult {
  readonly files: number;
  readonly trees: number;
  readonly packs: number;
  /** That went over the wire, without indexes. */
  readonly bytesSent: number;
  /** Objects whose bytes in the cache are not those of their digest: then no tree was pushed, and a new plan goes around them. */
  readonly damaged: readonly Digest[];
}

/** Brings what was planned to the remote: packs, then an index that tells of them. Throws MLO_REMOTE, MLO_INTERRUPTED, MLO_OBJECT_MISSING, MLO_OBJECT_CORRUPT, MLO_CACHE_IO. */
export async function pushObjects(plan: PushPlan, options: PushOptions): Promise<PushResult> {
  const push = new Push(plan, options);
  const result = await push.run();
  const { indexes } = options.index;
  await options.lease.confirm();
  if (indexes.length >= MOST_INDEXES) await mergeIndexes(options.remote, options.indexFolder, indexes);
  return result;
}

class Push {
  readonly #plan: PushPlan;
  readonly #options: PushOptions;
  readonly #lanes: Lanes;
  readonly #publication: Publication;
  readonly #buffers = new PackBuffers();
  readonly #compressor = new EntryCompressor();
  /** Chunks and recipes that this push has put into packs. */
  readonly #sent = new DigestTable();
  readonly #damaged: Digest[] = [];
  /** Of files whose last chunk may be in the pack that is being filled. */
  readonly #recipes: IndexRecipe[] = [];
  /** Of files all of whose chunks are in packs that were begun to be sent. */
  readonly #recipesSent: IndexRecipe[] = [];
  #pack: OutgoingPack | undefined;
  #packs = 0;
  #bytesSent = 0;
  #bytesSinceCheckpoint = 0;
  #done = 0;

  constructor(plan: PushPlan, options: PushOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#lanes = new Lanes(options.jobs);
    this.#publication = new Publication(options.remote, options.indexFolder, options.lease);
  }

  async run(): Promise<PushResult> {
    const plan = this.#plan;
    try {
      const covered = await this.#sendWholePacks();
      await this.#sendObjects(plan.small, covered, 'file');
      for (const file of plan.large) await this.#sendLarge(file);
      if (this.#damaged.length === 0) await this.#sendObjects(plan.trees, covered, 'tree');
      await this.#sendPack();
      await this.#settle();
    } catch (error) {
      // What got there is told to the next attempt, as far as that is possible now.
      await this.#settle().catch(() => undefined);
      if (!(error instanceof MloError && error.code === 'MLO_INTERRUPTED')) await this.#publication.checkpoint().catch(() => undefined);
      throw error;
    }
    const isWhole = this.#damaged.length === 0;
    await (isWhole ? this.#publication.finish() : this.#publication.checkpoint());
    const files = plan.small.count + plan.large.length - this.#damaged.length;
    return { files, trees: isWhole ? plan.trees.count : 0, packs: this.#packs, bytesSent: this.#bytesSent, damaged: this.#damaged };
  }

  /** Packs of the cache of which everything is wanted go as they are. Returns what is in them. */
  async #sendWholePacks(): Promise<DigestTable> {
    const covered = new DigestTable();
    const { local } = this.#options;
    for (const pack of wholePacks(local.packs(), this.#plan, covered)) await this.#sendWholePack(pack);
    return covered;
  }

  async #sendWholePack({ name, reader }: LocalPack): Promise<void> {
    const path = this.#options.local.packPath(name);
    const id = name.slice(0, 64) as Digest;
    const { index } = reader;
    const rowNumbers = Array.from({ length: index.count }, (_, row) => row);
    const size = statSync(path).size;
    // What the cache holds is right only as long as its digest says so.
    const { digest } = await asCacheError(path, () => hashFile(path, signalOf(this.#options)));
    if (digest !== id) return await this.#sendOneByOne(rowNumbers.map((row) => index.digest(row)));
    await this.#begin(async () => {
      await this.#put(id, { path, size });
      this.#publication.addPack({ id, size }, index.rows, (rows, at) => this.#isTree(rows, at));
      this.#progress(rowNumbers.reduce((sum, row) => sum + index.rawLength(row), 0));
    });
  }

  /** Something here is damaged, and set aside when it is read; of other objects good copies are here. */
  async #sendOneByOne(digests: readonly Buffer[]): Promise<void> {
    for (const digest of digests) {
      const hex = digestText(digest);
      try {
        await this.#add(digest, this.#options.local.read(hex), this.#isTree(digest) ? 'tree' : 'file', '');
      } catch (error) {
        if (!isDamage(error)) throw error;
        this.#damaged.push(hex);
      }
    }
  }

  async #sendObjects(objects: DigestTable, covered: DigestTable, kind: 'file' | 'tree'): Promise<void> {
    for (let from = 0; from < objects.count; from += READ_AT_ONCE) {
      const digests: Buffer[] = [];
      for (let number = from; number < Math.min(objects.count, from + READ_AT_ONCE); number += 1) {
        if (!objects.isIn(number, covered)) digests.push(objects.digest(number));
      }
      if (digests.length === 0) continue;
      const read: { readonly digest: Buffer; readonly bytes: Buffer }[] = [];
      try {
        this.#options.local.readMany(Buffer.concat(digests), (number, bytes) => {
          read.push({ digest: digests[number] as Buffer, bytes: Buffer.from(bytes) });
        });
      } catch (error) {
        if (!isDamage(error)) throw error;
        await this.#sendOneByOne(digests);
        continue;
      }
      for (const { digest, bytes } of read) {
        await this.#add(digest, bytes, kind, '');
        this.#progress(bytes.length);
      }
    }
  }

  async #sendLarge({ digest, size }: LargeFile): Promise<void> {
    const { local, index, signal } = this.#options;
    const recipe = new RecipeWriter();
    const take = async (chunk: Uint8Array, bytes: Buffer): Promise<void> => {
      recipe.add(chunk, bytes.length);
      if (this.#isNew(chunk)) await this.#add(chunk, bytes, 'file', digest);
      this.#progress(bytes.length);
      throwIfInterrupted(signal);
    };
    const path = local.fileOf(digest);
    const found = path === undefined ? await cutBytes(local.read(digest), take) : await asCacheError(path, () => cutFile(path, take));
    if (found !== digest) {
      local.setAside(digest);
      this.#damaged.push(digest);
      return;
    }
    const bytes = recipe.finish();
    const recipeDigest = Buffer.from(digestBytes(bytes));
    if (!index.hasEntry(recipeDigest) && this.#sent.find(recipeDigest) < 0) await this.#add(recipeDigest, bytes, 'file', 'recipe');
    this.#recipes.push({ digest: Buffer.from(digest, 'hex'), size, recipe: recipeDigest });
  }

  #isNew(chunk: Uint8Array): boolean {
    return this.#sent.find(chunk) < 0 && !this.#options.index.hasEntry(chunk);
  }

  #isTree(bytes: Uint8Array, digestAt = 0): boolean {
    return this.#plan.trees.find(bytes, digestAt) >= 0;
  }

  async #add(digest: Uint8Array, bytes: Buffer, kind: 'file' | 'tree', sample: string): Promise<void> {
    if (this.#pack?.isFullFor(bytes.length) === true) await this.#sendPack();
    this.#pack ??= new OutgoingPack(this.#buffers.take(), this.#compressor);
    this.#pack.put(digest, bytes, kind, sample);
    this.#sent.add(digest);
  }

  async #sendPack(): Promise<void> {
    const pack = this.#pack?.finish();
    this.#pack = undefined;
    this.#recipesSent.push(...this.#recipes.splice(0));
    if (pack !== undefined) await this.#begin(() => this.#deliver(pack));
    if (this.#bytesSinceCheckpoint < CHECKPOINT_BYTES) return;
    await this.#settle();
    this.#bytesSinceCheckpoint = 0;
    await this.#publication.checkpoint();
  }

  async #deliver({ id, bytes, rows }: FinishedPack): Promise<void> {
    await this.#put(id, bytes);
    this.#publication.addPack({ id, size: bytes.length }, rows, (all, at) => this.#isTree(all, at));
    this.#buffers.give(bytes);
  }

  /** Waits until all that was begun to be sent is there. */
  async #settle(): Promise<void> {
    await this.#lanes.end();
    for (const recipe of this.#recipesSent.splice(0)) this.#publication.addRecipe(recipe);
  }

  async #put(id: Digest, body: Body): Promise<void> {
    const result = await this.#options.remote.put(packKey(id), body);
    const size = sizeOfBody(body);
    this.#packs += 1;
    if (result === 'written') this.#bytesSent += size;
    this.#bytesSinceCheckpoint += size;
  }

  async #begin(work: () => Promise<void>): Promise<void> {
    throwIfInterrupted(this.#options.signal);
    await this.#lanes.begin(work);
  }

  #progress(bytes: number): void {
    this.#done += bytes;
    this.#options.onProgress?.(this.#done);
  }
}

function isDamage(error: unknown): boolean {
  return error instanceof MloError && (error.code === 'MLO_OBJECT_CORRUPT' || error.code === 'MLO_OBJECT_MISSING');
}

function signalOf({ signal }: PushOptions): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

async function asCacheError<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isErrno(error) ? asIoError(error, 'read the object', path) : error;
  }
}
