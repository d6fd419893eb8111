import type { Digest } from '../../core/content.ts';
import { decodeRecipe, largestRecipe } from '../format/recipe-format.ts';
import type { IndexSet } from '../index-set.ts';
import { packKey } from '../keys.ts';
import type { FileToAssemble } from './assemble-files.ts';
import { fetchEntries, type EntryRequest, type FetchEntriesOptions, type FetchFault } from './fetch-entries.ts';

/** Recipes read at a time. */
const RECIPES_AT_ONCE = 64;

/** A file that lies in chunks. */
export interface ChunkedFile {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  /** Digest of its recipe, 32 bytes. */
  readonly recipe: Buffer;
}

export interface ReadRecipesOptions extends Omit<FetchEntriesOptions, 'onFault'> {
  readonly index: IndexSet;
  /** The recipe of the file is not to be had; `key`: of the pack where it should lie. */
  readonly onLost: (digest: Digest, fault: FetchFault, key?: string) => void;
}

/** The chunks of each file, as its recipe says. Throws MLO_REMOTE, MLO_INTERRUPTED. */
export async function* readRecipes(files: readonly ChunkedFile[], options: ReadRecipesOptions): AsyncGenerator<FileToAssemble> {
  const { index, onLost } = options;
  for (let from = 0; from < files.length; from += RECIPES_AT_ONCE) {
    const found: FileToAssemble[] = [];
    const fileOf = new Map<EntryRequest, Digest>();
    for (const { digest, size, recipe } of files.slice(from, from + RECIPES_AT_ONCE)) {
      const places = index.places(recipe);
      const take: EntryRequest['take'] = (bytes, _stored, { pack }) => {
        const chunks = decodeRecipe(Buffer.from(bytes), size);
        if (chunks === undefined) onLost(digest, 'corrupt', packKey(pack.id));
        else found.push({ digest, chunks });
      };
      if (places.length === 0) onLost(digest, 'gone');
      else fileOf.set({ digest: recipe, most: largestRecipe(size), places, take }, digest);
    }
    const onFault: FetchEntriesOptions['onFault'] = (request, fault, key) => onLost(fileOf.get(request) as Digest, fault, key);
    await fetchEntries([...fileOf.keys()], { ...options, onFault });
    yield* found;
  }
}
