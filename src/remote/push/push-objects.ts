import { DigestTable } from '../../cache/inventory/digest-table.ts';
import type { LocalObjects, LocalPack } from '../../cache/transfer.ts';
import type { Digest } from '../../core/content.ts';
import { isLostObject } from '../../core/errors/lost-object.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { asIoError, isErrno } from '../../fs/errno.ts';
import { digestBytes, digestText, hashFile } from '../../fs/hash.ts';
import { throwIfInterrupted } from '../../fs/interrupt.ts';
import { RecipeWriter } from '../format/recipe-format.ts';
import type { IndexSet } from '../index-set.ts';
import { cutBytes, cutFile } from './cut-file.ts';
import { Delivery, type DeliveryOptions } from './delivery.ts';
import type { LargeFile, PushPlan } from './plan-push.ts';
import { mergeIndexes } from './publication.ts';
import { wholePacks } from './whole-packs.ts';

/** Objects read from the cache at a time. */
const READ_AT_ONCE = 4096;
const MOST_INDEXES = 16;

export interface PushOptions extends DeliveryOptions {
  readonly local: LocalObjects;
  readonly index: IndexSet;
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
  readonly #delivery: Delivery;
  readonly #damaged: Digest[] = [];
  /** In packs that could not go whole. */
  readonly #left = new DigestTable();
  #done = 0;

  constructor(plan: PushPlan, options: PushOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#delivery = new Delivery(options, (bytes, at) => this.#isTree(bytes, at));
  }

  async run(): Promise<PushResult> {
    const plan = this.#plan;
    const delivery = this.#delivery;
    try {
      const covered = await this.#sendWholePacks();
      await this.#sendObjects(plan.small, covered);
      for (const file of plan.large) await this.#sendLarge(file);
      if (this.#damaged.length === 0) await this.#sendObjects(plan.trees, covered);
      await delivery.arrive();
    } catch (error) {
      // What got there is told to the next attempt, as far as that is possible now.
      await delivery.giveUp();
      if (!(error instanceof MloError && error.code === 'MLO_INTERRUPTED')) await delivery.tell(false).catch(() => undefined);
      throw error;
    }
    const isWhole = this.#damaged.length === 0;
    await delivery.tell(isWhole);
    const damagedFiles = this.#damaged.filter((digest) => !this.#isTree(Buffer.from(digest, 'hex'))).length;
    const files = plan.small.count + plan.large.length - damagedFiles;
    const { packs, bytesSent } = delivery;
    return { files, trees: isWhole ? plan.trees.count : 0, packs, bytesSent, damaged: this.#damaged };
  }

  /** Packs of the cache of which everything is wanted go as they are, unless they turn out to be damaged or gone. Returns what is in all of them. */
  async #sendWholePacks(): Promise<DigestTable> {
    const covered = new DigestTable();
    const { local } = this.#options;
    for (const pack of wholePacks(local.packs(), this.#plan, covered)) await this.#sendWholePack(pack);
    await this.#delivery.settle();
    return covered;
  }

  async #sendWholePack({ name, reader: { size, index } }: LocalPack): Promise<void> {
    const path = this.#options.local.packPath(name);
    const id = name.slice(0, 64) as Digest;
    const rowNumbers = Array.from({ length: index.count }, (_, row) => row);
    const onGone = (): void => rowNumbers.forEach((row) => void this.#left.add(index.digest(row)));
    // What the cache holds is right only as long as its digest says so.
    if (!(await hasDigest(path, id, this.#options))) return onGone();
    const onThere = (): void => this.#progress(rowNumbers.reduce((sum, row) => sum + index.rawLength(row), 0));
    await this.#delivery.addWhole({ id, path, size, rows: index.rows }, { onThere, onGone });
  }

  async #sendObjects(objects: DigestTable, covered: DigestTable): Promise<void> {
    for (let from = 0; from < objects.count; from += READ_AT_ONCE) {
      const digests: Buffer[] = [];
      for (let number = from; number < Math.min(objects.count, from + READ_AT_ONCE); number += 1) {
        if (!objects.isIn(number, covered) || objects.isIn(number, this.#left)) digests.push(objects.digest(number));
      }
      if (digests.length === 0) continue;
      const read: { readonly digest: Buffer; readonly bytes: Buffer }[] = [];
      try {
        this.#options.local.readMany(Buffer.concat(digests), (number, bytes) => {
          read.push({ digest: digests[number] as Buffer, bytes: Buffer.from(bytes) });
        });
      } catch (error) {
        if (!isLostObject(error)) throw error;
        await this.#sendOneByOne(digests);
        continue;
      }
      for (const { digest, bytes } of read) await this.#send(digest, bytes);
    }
  }

  /** Something here is damaged, and set aside when it is read; of other objects good copies are here. */
  async #sendOneByOne(digests: readonly Buffer[]): Promise<void> {
    for (const digest of digests) {
      const bytes = this.#readUnlessDamaged(digestText(digest));
      if (bytes !== undefined) await this.#send(digest, bytes);
    }
  }

  #readUnlessDamaged(digest: Digest): Buffer | undefined {
    try {
      return this.#options.local.read(digest);
    } catch (error) {
      if (!isLostObject(error)) throw error;
      this.#damaged.push(digest);
      return undefined;
    }
  }

  async #send(digest: Buffer, bytes: Buffer): Promise<void> {
    await this.#delivery.add(digest, bytes, this.#isTree(digest) ? 'tree' : 'file', '');
    this.#progress(bytes.length);
  }

  async #sendLarge({ digest, size }: LargeFile): Promise<void> {
    const { local, signal } = this.#options;
    const recipe = new RecipeWriter();
    const take = async (chunk: Uint8Array, bytes: Buffer): Promise<void> => {
      recipe.add(chunk, bytes.length);
      if (this.#isNew(chunk)) await this.#delivery.add(chunk, bytes, 'file', digest);
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
    if (this.#isNew(recipeDigest)) await this.#delivery.add(recipeDigest, bytes, 'file', 'recipe');
    this.#delivery.addRecipe({ digest: Buffer.from(digest, 'hex'), size, recipe: recipeDigest });
  }

  #isTree(bytes: Uint8Array, at = 0): boolean {
    return this.#plan.trees.find(bytes, at) >= 0;
  }

  #isNew(entry: Uint8Array): boolean {
    return !this.#delivery.has(entry) && !this.#options.index.hasEntry(entry);
  }

  #progress(bytes: number): void {
    this.#done += bytes;
    this.#options.onProgress?.(this.#done);
  }
}

function signalOf({ signal }: PushOptions): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

/** False also where there is no such file any more: another mlo has put the pack together with others. */
async function hasDigest(path: string, digest: Digest, options: PushOptions): Promise<boolean> {
  try {
    return (await asCacheError(path, () => hashFile(path, signalOf(options)))).digest === digest;
  } catch (error) {
    if (error instanceof MloError && isErrno(error.cause, 'ENOENT')) return false;
    throw error;
  }
}

async function asCacheError<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isErrno(error) ? asIoError(error, 'read the object', path) : error;
  }
}
