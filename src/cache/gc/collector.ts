import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { toBytePath } from '../../fs/byte-path.ts';
import { isDiskFull, withIoErrors } from '../../fs/errno.ts';
import { hashBytes } from '../../fs/hash.ts';
import { throwIfInterrupted } from '../../fs/interrupt.ts';
import { removeOldTemporaries } from '../../fs/old-temporaries.ts';
import { syncFolder } from '../../fs/write-atomic.ts';
import { Inventory } from '../inventory/inventory.ts';
import { closeSegments, openSegments, readJournalObject, type OpenSegment } from '../inventory/journal-segments.ts';
import { Reach } from '../inventory/reach.ts';
import { openStore, type OpenStore } from '../open-store.ts';
import type { PackName } from '../packs/pack-name.ts';
import { INDEX_NAME } from '../packs/pack-set.ts';
import { markYoung } from './mark-young.ts';
import { chooseEvicted } from './evict.ts';
import { rewriteAsFits } from './rewrite.ts';
import { sortPacks, type Rewritten, type SortedPacks } from './sort-packs.ts';
import { sortRunEntries, type RunEntries } from './run-entries.ts';
import type { Amount, Claims, CollectPlan, Unfinished } from './types.ts';

/** What nobody needs in one cache, looked at once; `plan` changes nothing, `sweep` deletes. To be closed. */
export class Collector {
  readonly #cacheDir: string;
  readonly #onObjects: ((count: number) => void) | undefined;
  readonly #opened: OpenStore;
  readonly #segments: readonly OpenSegment[];
  readonly #inventory: Inventory;

  /** `onObjects`: called with the number of objects looked at so far. Throws MLO_OBJECT_CORRUPT where a pack is damaged, MLO_CACHE_IO. */
  constructor(cacheDir: string, onObjects?: (count: number) => void) {
    this.#cacheDir = cacheDir;
    this.#onObjects = onObjects;
    this.#opened = openStore({ cacheDir, readOnly: true });
    const { packs } = this.#opened.store;
    this.#segments = openSegments(join(cacheDir, 'journal'));
    this.#inventory = new Inventory({ packs, segments: this.#segments, loose: this.#opened.loose, onObjects });
    const [damaged] = packs.damaged;
    if (damaged === undefined) return;
    this.close();
    throw damagedStore(`The pack ${damaged[0]} is damaged: ${damaged[1]}`);
  }

  /** Throws MLO_OBJECT_CORRUPT where it cannot be known what is needed. */
  mark(claims: Claims): Marked {
    const { packs } = this.#opened.store;
    const others = [{ read: (digest: Digest) => readJournalObject(this.#segments, digest) }, this.#opened.loose];
    const inventory = this.#inventory;
    const reach = new Reach(inventory, { packs, others, onObjects: this.#onObjects });
    const runs = sortRunEntries(this.#segments, claims.keepsRun);
    const kept = [...claims.claims, { label: 'run-cache', roots: runs.roots }].map(({ label, roots }) => ({
      label,
      ...reach.claim(roots),
    }));
    const missing = reach.missing.count;
    const young = markYoung(inventory, reach, claims.youngSinceMs);
    if (reach.unreadable.count > 0)
      throw damagedStore(`The tree ${reach.unreadable.digest(0).toString('hex')} cannot be read, so it is not known what it needs`);
    const evicted = claims.limit === undefined ? undefined : chooseEvicted(inventory, reach, claims.limit, runs.usedMs, this.#size());
    const isLive = (number: number): boolean => reach.markOf(number) !== 0 && evicted?.numbers.has(number) !== true;
    return { kept, missing, young, runs, isLive, ...(evicted === undefined ? {} : { evicted }) };
  }

  plan(marked: Marked): CollectPlan {
    const { isLive, runs, evicted } = marked;
    const packs = this.#sortPacks(marked);
    const journal = this.#deadInJournal(isLive);
    const loose = this.#deadLoose(isLive);
    const before = this.#size();
    const freed = loose.bytes + journal.bytes + packs.freed;
    return {
      kept: marked.kept,
      young: marked.young,
      gone: { loose, packed: packs.dead, journal },
      waiting: packs.waiting,
      runs: { kept: runs.kept, dropped: runs.dropped },
      packs: { deleted: packs.deleted.length, rewritten: packs.rewritten.length },
      segments: this.#segments.length,
      size: { before, after: Math.max(0, before - freed) },
      missing: marked.missing,
      ...(evicted === undefined
        ? {}
        : { evicted: { objects: evicted.numbers.size, bytes: evicted.bytes, wanted: evicted.wanted, reached: evicted.reached } }),
    };
  }

  /**
   * Deletes what has no mark: first what needs no room for that, packs with nothing needed and loose files, for people clean
   * up when the disk is full; then run-cache entries and the journal, and packs of which something is needed. Whatever moves
   * to another file is durable there before the old one goes; what the disk has no room for stays, and is returned. A killed
   * one may leave results and trees that name what is gone; like any missing object that is seen when they are looked up.
   * Needs the right to delete (`exclusiveAccess`). Throws MLO_CACHE_IO, MLO_INTERRUPTED.
   */
  async sweep(marked: Marked, { onProgress, signal }: SweepOptions = {}): Promise<Unfinished | undefined> {
    const { isLive, runs } = marked;
    const table = this.#inventory.table;
    const packs = this.#sortPacks(marked);
    const deadLoose = [...this.#inventory.loose].filter((number) => !isLive(number)).map((number) => this.#inventory.hexOf(number));
    const keep = (digest: Digest): boolean => {
      const number = table.find(Buffer.from(digest, 'hex'));
      return number < 0 || isLive(number);
    };
    const sizes = new Map(this.#inventory.packs.map(({ name, reader }) => [name, reader.size]));
    const total = [...packs.rewritten.map(({ name }) => name), ...packs.deleted].reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0);
    let done = 0;
    const passed = (names: readonly PackName[]): void => {
      for (const name of names) done += sizes.get(name) ?? 0;
      onProgress?.(done, total);
      throwIfInterrupted(signal);
    };
    const mergeJournal = runs.dropped > 0 || this.#segments.length > 1 || this.#deadInJournal(isLive).objects > 0;
    this.close();
    const { journal, store, loose } = openStore({ cacheDir: this.#cacheDir, readOnly: false });
    const moveJournal = async (): Promise<boolean> =>
      await asFarAsFits(() => journal.moveToPacks(store.packs, keep, (payload) => !runs.goes.has(hashBytes(payload))));
    try {
      for (const folder of [store.packs.folder, loose.folder, join(this.#cacheDir, 'journal')]) removeOldTemporaries(toBytePath(folder));
      if (packs.deleted.length + packs.rewritten.length > 0) this.#dropIndex(store.packs.folder);
      for (const name of packs.deleted) {
        store.packs.remove(name);
        passed([name]);
      }
      for (const digest of deadLoose) loose.remove(digest);
      throwIfInterrupted(signal);
      const isMoved = !mergeJournal || (await moveJournal());
      throwIfInterrupted(signal);
      if (packs.rewritten.length > 0) this.#dropIndex(store.packs.folder);
      const without = await rewriteAsFits(store.packs, packs.rewritten, keep, passed);
      const isJournalDone = isMoved || (await moveJournal());
      await asFarAsFits(() => store.packs.combineSmall());
      return unfinished(without, !isJournalDone);
    } finally {
      store.packs.close();
      await journal.close(store.packs);
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSegments(this.#segments);
    this.#opened.store.packs.close();
  }

  #isClosed = false;

  #sortPacks({ isLive, evicted }: Marked): SortedPacks {
    return sortPacks(this.#inventory.packs, isLive, (number) => evicted?.numbers.has(number) === true);
  }

  /** An index names only packs that exist: it goes first, and is made again when it is needed. */
  #dropIndex(folder: string): void {
    const index = join(folder, INDEX_NAME);
    withIoErrors('delete', index, () => {
      rmSync(index, { force: true });
      syncFolder(folder);
    });
  }

  #deadInJournal(isLive: (number: number) => boolean): Amount {
    return amountOf(this.#inventory, this.#inventory.journal, isLive);
  }

  #deadLoose(isLive: (number: number) => boolean): Amount {
    return amountOf(this.#inventory, this.#inventory.loose, isLive);
  }

  #size(): number {
    const files = [...this.#inventory.packs.map(({ reader }) => reader.size), ...this.#segments.map(({ reader }) => reader.size)];
    let size = files.reduce((sum, bytes) => sum + bytes, 0);
    for (const number of this.#inventory.loose) size += this.#inventory.sizeOf(number);
    return size;
  }
}

export interface SweepOptions {
  /** Called with bytes of packs that are done and those to be done. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** What was found needed, and what follows from that for every object. */
export interface Marked {
  readonly kept: CollectPlan['kept'];
  readonly missing: number;
  readonly young: CollectPlan['young'];
  readonly runs: RunEntries;
  readonly isLive: (number: number) => boolean;
  readonly evicted?: ReturnType<typeof chooseEvicted>;
}

function amountOf(inventory: Inventory, numbers: Uint32Array, isLive: (number: number) => boolean): Amount {
  let objects = 0;
  let bytes = 0;
  for (const number of numbers) {
    if (isLive(number)) continue;
    objects += 1;
    bytes += inventory.sizeOf(number);
  }
  return { objects, bytes };
}

/** False where the disk has no room for the work. */
async function asFarAsFits(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (isDiskFull(error)) return false;
    throw error;
  }
}

function unfinished(packs: readonly Rewritten[], journal: boolean): Unfinished | undefined {
  if (packs.length === 0 && !journal) return undefined;
  const packed = { objects: 0, bytes: 0 };
  for (const { dead } of packs) {
    packed.objects += dead.objects;
    packed.bytes += dead.bytes;
  }
  return { packs: packs.length, packed, journal };
}

function damagedStore(message: string): MloError {
  return new MloError('MLO_OBJECT_CORRUPT', `${message}. Nothing was deleted`, { hint: 'mlo verify --repair' });
}
