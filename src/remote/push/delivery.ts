import { existsSync } from 'node:fs';
import { DigestTable } from '../../cache/inventory/digest-table.ts';
import { EntryCompressor } from '../../cache/packs/entry-encoding.ts';
import type { Digest } from '../../core/content.ts';
import { throwIfInterrupted } from '../../fs/interrupt.ts';
import type { IndexRecipe } from '../format/index-format.ts';
import { packKey } from '../keys.ts';
import { Lanes } from '../lanes.ts';
import type { RemoteLease } from '../leases.ts';
import { sizeOfBody, type Body, type Remote } from '../port.ts';
import { OutgoingPack, PackBuffers, type FinishedPack } from './outgoing-pack.ts';
import { Publication } from './publication.ts';

/** After so many bytes others (and a push that follows one that was killed) are told what is there. */
export const CHECKPOINT_BYTES = 256 * 1024 * 1024;

export interface DeliveryOptions {
  readonly remote: Remote;
  /** Held from before the index was loaded. */
  readonly lease: RemoteLease;
  /** Where copies of indexes are kept. */
  readonly indexFolder: string;
  /** Packs on their way at a time; each takes 32 MiB of memory, and so does the one that is filled. */
  readonly jobs: number;
  readonly signal?: AbortSignal;
}

/** A pack of the cache that goes as it is. */
interface WholePack {
  readonly id: Digest;
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** As they lie in it. */
  readonly rows: Buffer;
}

/** One of the two is called. */
interface WholePackEnd {
  /** It has arrived. */
  onThere(): void;
  /** Its file was gone before it was read: another mlo has put it together with others. */
  onGone(): void;
}

/** Fills packs, has them sent side by side, and tells of what is there. Throws MLO_REMOTE, MLO_INTERRUPTED. */
export class Delivery {
  readonly #options: DeliveryOptions;
  /** Whether the digest at a place of these bytes is that of a tree. */
  readonly #isTree: (bytes: Uint8Array, at: number) => boolean;
  readonly #lanes: Lanes;
  readonly #publication: Publication;
  readonly #buffers = new PackBuffers();
  readonly #compressor = new EntryCompressor();
  readonly #sent = new DigestTable();
  /** Of files whose last chunk may be in the pack that is being filled. */
  readonly #recipes: IndexRecipe[] = [];
  /** Of files all of whose chunks are in packs that were begun to be sent. */
  readonly #recipesSent: IndexRecipe[] = [];
  #pack: OutgoingPack | undefined;
  #bytesSinceCheckpoint = 0;
  packs = 0;
  /** Over the wire, without indexes. */
  bytesSent = 0;

  constructor(options: DeliveryOptions, isTree: (bytes: Uint8Array, at: number) => boolean) {
    this.#options = options;
    this.#isTree = isTree;
    this.#lanes = new Lanes(options.jobs);
    this.#publication = new Publication(options.remote, options.indexFolder, options.lease);
  }

  /** An entry with that digest was put into a pack. */
  has(digest: Uint8Array): boolean {
    return this.#sent.find(digest) >= 0;
  }

  /** `sample`: entries of one sample share the decision whether to compress. */
  async add(digest: Uint8Array, bytes: Buffer, kind: 'file' | 'tree', sample: string): Promise<void> {
    if (this.#pack?.isFullFor(bytes.length) === true) await this.#sendPack();
    this.#pack ??= new OutgoingPack(this.#buffers.take(), this.#compressor);
    this.#pack.put(digest, bytes, kind, sample);
    this.#sent.add(digest);
  }

  async addWhole({ id, path, size, rows }: WholePack, { onThere, onGone }: WholePackEnd): Promise<void> {
    await this.#begin(async () => {
      try {
        await this.#put(id, { path, size });
      } catch (error) {
        if (existsSync(path)) throw error;
        return onGone();
      }
      this.#publication.addPack({ id, size }, rows, this.#isTree);
      onThere();
    });
    await this.#checkpointIfDue();
  }

  /** All chunks of the file and its recipe were added, or are in an index of others. */
  addRecipe(recipe: IndexRecipe): void {
    this.#recipes.push(recipe);
  }

  /** Until all that was added is there. */
  async arrive(): Promise<void> {
    await this.#sendPack();
    await this.settle();
  }

  /** Until all that was begun to be sent is there. */
  async settle(): Promise<void> {
    await this.#lanes.end();
    for (const recipe of this.#recipesSent.splice(0)) this.#publication.addRecipe(recipe);
  }

  /** Tells of all of it; `withTrees`: everything below them was added. */
  async tell(withTrees: boolean): Promise<void> {
    await (withTrees ? this.#publication.finish() : this.#publication.checkpoint());
  }

  /** What is on its way arrives, or fails. */
  async giveUp(): Promise<void> {
    await this.settle().catch(() => undefined);
  }

  async #sendPack(): Promise<void> {
    const pack = this.#pack?.finish();
    this.#pack = undefined;
    for (const recipe of this.#recipes.splice(0)) this.#recipesSent.push(recipe);
    if (pack !== undefined) await this.#begin(() => this.#deliver(pack));
    await this.#checkpointIfDue();
  }

  async #checkpointIfDue(): Promise<void> {
    if (this.#bytesSinceCheckpoint < CHECKPOINT_BYTES) return;
    await this.settle();
    this.#bytesSinceCheckpoint = 0;
    await this.#publication.checkpoint();
  }

  async #deliver({ id, bytes, rows }: FinishedPack): Promise<void> {
    await this.#put(id, bytes);
    this.#publication.addPack({ id, size: bytes.length }, rows, this.#isTree);
    this.#buffers.give(bytes);
  }

  async #put(id: Digest, body: Body): Promise<void> {
    const result = await this.#options.remote.put(packKey(id), body);
    const size = sizeOfBody(body);
    this.packs += 1;
    if (result === 'written') this.bytesSent += size;
    this.#bytesSinceCheckpoint += size;
  }

  async #begin(work: () => Promise<void>): Promise<void> {
    throwIfInterrupted(this.#options.signal);
    await this.#lanes.begin(work);
  }
}
