import { ROW_BYTES } from '../../cache/packs/pack-format.ts';
import type { Digest } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { hashBytes } from '../../fs/hash.ts';
import type { IndexedPack, IndexPart, IndexRecipe } from '../format/index-format.ts';
import { joinIndexParts, partOfPack } from '../format/join-index.ts';
import type { NamedIndex } from '../index-set.ts';
import { indexKey } from '../keys.ts';
import type { RemoteLease } from '../leases.ts';
import { keepCopy } from '../load-listed.ts';
import type { Remote } from '../port.ts';

/**
 * What a push has brought to the remote and tells to others by an index: first what stands for itself, so that an interrupted push
 * need not send it again; trees at the end only, for they say that everything below them is there.
 */
export class Publication {
  readonly #remote: Remote;
  readonly #folder: string;
  readonly #lease: RemoteLease;
  readonly #parts: IndexPart[] = [];
  /** Those with rows of trees. */
  readonly #treeParts: IndexPart[] = [];
  readonly #recipes: IndexRecipe[] = [];
  readonly #written: Digest[] = [];
  #toldParts = 0;
  #toldRecipes = 0;

  /** `folder`: where copies of indexes are kept. */
  constructor(remote: Remote, folder: string, lease: RemoteLease) {
    this.#lease = lease;
    this.#remote = remote;
    this.#folder = folder;
  }

  /** The pack is on the remote. `rows`: as they lie in it. */
  addPack(pack: IndexedPack, rows: Buffer, isTree: (rows: Buffer, at: number) => boolean): void {
    const places = Array.from({ length: rows.length / ROW_BYTES }, (_, row) => row * ROW_BYTES);
    const trees = places.filter((at) => isTree(rows, at));
    const others = trees.length === 0 ? places : places.filter((at) => !isTree(rows, at));
    if (others.length > 0) this.#parts.push(partOfPack(pack, rows, others));
    if (trees.length > 0) this.#treeParts.push(partOfPack(pack, rows, trees));
  }

  /** All chunks of the file and its recipe are in packs that were added, or in an index of others. */
  addRecipe(recipe: IndexRecipe): void {
    this.#recipes.push(recipe);
  }

  /** Tells what is there and was not told before, without trees. */
  async checkpoint(): Promise<void> {
    const parts = this.#parts.slice(this.#toldParts);
    const recipes = this.#recipes.slice(this.#toldRecipes);
    if (parts.length + recipes.length === 0) return;
    await this.#write(parts, recipes);
    this.#toldParts += parts.length;
    this.#toldRecipes += recipes.length;
  }

  /** Tells all of it in one index, which takes the place of those written on the way. */
  async finish(): Promise<void> {
    const parts = [...this.#parts, ...this.#treeParts];
    if (parts.length + this.#recipes.length === 0) return;
    const id = await this.#write(parts, this.#recipes);
    await deleteIndexes(
      this.#remote,
      this.#written.filter((earlier) => earlier !== id),
    );
  }

  async #write(parts: readonly IndexPart[], recipes: readonly IndexRecipe[]): Promise<Digest> {
    const bytes = joinIndexParts(parts, recipes);
    // Whoever lost the right to count on what was there must not say that it is.
    await this.#lease.confirm();
    const id = await putIndex(this.#remote, this.#folder, bytes);
    this.#written.push(id);
    return id;
  }
}

export async function putIndex(remote: Remote, folder: string, bytes: Buffer): Promise<Digest> {
  const id = hashBytes(bytes);
  await remote.put(indexKey(id), bytes);
  keepCopy(folder, id, bytes);
  return id;
}

/** One index with all that these say; then these go. Who has listed them before lists again. */
export async function mergeIndexes(remote: Remote, folder: string, old: readonly NamedIndex[]): Promise<void> {
  const bytes = joinIndexParts(
    old.map(({ index }) => index.part),
    old.flatMap(({ index }) => [...index.recipes()]),
  );
  const id = await putIndex(remote, folder, bytes);
  const ids = old.map((each) => each.id);
  await deleteIndexes(
    remote,
    ids.filter((each) => each !== id),
  );
}

/** They are of no use any more, and do no harm: where nobody may delete, they stay. */
async function deleteIndexes(remote: Remote, ids: readonly Digest[]): Promise<void> {
  for (const id of ids) {
    try {
      await remote.delete(indexKey(id));
    } catch (error) {
      if (!(error instanceof MloError) || error.code !== 'MLO_REMOTE') throw error;
      return;
    }
  }
}
