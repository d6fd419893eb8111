import { DigestTable } from '../../cache/inventory/digest-table.ts';
import { beginsAsTree, eachTreeRow, ROW_TYPE } from '../../cache/inventory/tree-rows.ts';
import { readIfWhole, type LocalObjects } from '../../cache/transfer.ts';
import { LARGEST_TREE } from '../../core/encoding/tree-format.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { digestText } from '../../fs/hash.ts';
import type { RecipePlace } from '../format/index-format.ts';
import { decodeRecipe, largestRecipe } from '../format/recipe-format.ts';
import type { IndexSet } from '../index-set.ts';
import type { Remote } from '../port.ts';
import { fetchEntries, type EntryRequest } from '../pull/fetch-entries.ts';
import type { Wanted } from '../push/plan-push.ts';

export interface MarkOptions {
  readonly remote: Remote;
  /** Trees that are here are not asked of the remote. */
  readonly local: LocalObjects;
  readonly index: IndexSet;
  readonly jobs: number;
  readonly signal?: AbortSignal;
}

/** Objects, and the bytes that they have in packs. */
export interface Amount {
  readonly objects: number;
  readonly bytes: number;
}

interface Step {
  readonly digest: Buffer;
  readonly kind: 'file' | 'tree' | 'unknown';
}

/**
 * What has to stay on a remote: what is needed, all below it, and the recipes and chunks of large files. Everything is looked at once.
 * A tree or recipe that is needed and cannot be read is an error: what it names is not known, and so cannot be kept.
 */
export class RemoteMarks {
  readonly #options: MarkOptions;
  readonly #kept = new DigestTable();
  /** Needed, and in no index. */
  readonly #missing = new DigestTable();
  /** What they are nobody said: one that cannot be read leads nowhere. */
  readonly #doubtful = new WeakSet<EntryRequest>();
  bytesReceived = 0;

  constructor(options: MarkOptions) {
    this.#options = options;
  }

  get missing(): number {
    return this.#missing.count;
  }

  keeps(digest: Uint8Array): boolean {
    return this.#kept.find(digest) >= 0;
  }

  /** Returns what this adds to what was marked before. Throws MLO_REMOTE_CORRUPT, MLO_REMOTE, MLO_INTERRUPTED. */
  async mark(wanted: Iterable<Wanted>): Promise<Amount> {
    const first = this.#kept.count;
    let steps: Step[] = [];
    for (const { digest, kind } of wanted)
      this.#step({ digest: Buffer.from(digest, 'hex'), kind: kind === 'symlink' ? 'file' : (kind ?? 'unknown') }, steps);
    while (steps.length > 0) {
      const below: Step[] = [];
      const requests = steps.flatMap((step) => this.#look(step, below));
      await this.#fetch(requests);
      steps = below;
    }
    return this.#amountFrom(first);
  }

  /** As it is, whatever it may be. */
  keep(digest: Uint8Array): void {
    this.#kept.add(digest);
  }

  #amountFrom(first: number): Amount {
    let objects = 0;
    let bytes = 0;
    for (let number = first; number < this.#kept.count; number += 1) {
      const [place] = this.#options.index.places(this.#kept.digest(number));
      if (place === undefined) continue;
      objects += 1;
      bytes += place.stored;
    }
    return { objects, bytes };
  }

  #step(step: Step, into: Step[]): void {
    const before = this.#kept.count;
    if (this.#kept.add(step.digest) === before) into.push(step);
  }

  #look(step: Step, below: Step[]): readonly EntryRequest[] {
    const { index } = this.#options;
    const { digest, kind } = step;
    if (kind !== 'tree') {
      const recipes = index.recipes(digest);
      if (recipes.length > 0) return recipes.flatMap((recipe) => this.#lookAtRecipe(digest, recipe));
    }
    const places = index.places(digest);
    if (kind === 'file') {
      if (places.length === 0) this.#missing.add(digest);
      return [];
    }
    const here = readIfWhole(this.#options.local, digestText(digest));
    if (here !== undefined) {
      if (places.length === 0) this.#missing.add(digest);
      this.#enter(digest, here, kind, below);
      return [];
    }
    if (places.length === 0) {
      this.#missing.add(digest);
      return [];
    }
    const request = { digest, most: LARGEST_TREE, places, take: (bytes: Buffer) => this.#enter(digest, bytes, kind, below) };
    if (kind === 'unknown') this.#doubtful.add(request);
    return [request];
  }

  #lookAtRecipe(file: Buffer, { recipe, size }: RecipePlace): readonly EntryRequest[] {
    const places = this.#options.index.places(recipe);
    if (places.length === 0) throw unknown(file, 'its recipe is in no index');
    this.#kept.add(recipe);
    const take = (bytes: Buffer): void => {
      const chunks = decodeRecipe(bytes, size);
      if (chunks === undefined) throw unknown(file, 'its recipe is none of a file of its size');
      for (const { digest } of chunks) this.#kept.add(digest);
    };
    return [{ digest: Buffer.from(recipe), most: largestRecipe(size), places, take }];
  }

  #enter(digest: Buffer, bytes: Buffer, kind: Step['kind'], below: Step[]): void {
    if (!beginsAsTree(bytes) && kind === 'unknown') return;
    const isTree = eachTreeRow(bytes, (type, digestAt) => {
      const row = Buffer.from(bytes.toString('latin1', digestAt, digestAt + 64), 'hex');
      this.#step({ digest: row, kind: type === ROW_TYPE.tree ? 'tree' : 'file' }, below);
    });
    if (!isTree && kind === 'tree') throw unknown(digest, 'it is not laid out as a tree');
  }

  async #fetch(requests: readonly EntryRequest[]): Promise<void> {
    const { remote, jobs, signal } = this.#options;
    await fetchEntries(requests, {
      remote,
      jobs,
      ...(signal === undefined ? {} : { signal }),
      onBytes: (bytes) => void (this.bytesReceived += bytes),
      onFault: (request, fault, key) => {
        if (this.#doubtful.has(request)) return;
        throw unknown(request.digest, fault === 'gone' ? `${key} is not there` : `its bytes in ${key} are wrong`);
      },
    });
  }
}

function unknown(digest: Buffer, why: string): MloError {
  return new MloError('MLO_REMOTE_CORRUPT', `What object ${digest.toString('hex')} needs is not known: ${why}. Nothing was deleted`, {
    hint: 'mlo verify --remote --repair, then mlo push from a machine that has the data',
  });
}
