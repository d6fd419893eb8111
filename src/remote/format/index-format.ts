import type { EntryLocation } from '../../cache/packs/pack-index.ts';
import type { Digest } from '../../core/content.ts';

/**
 * An index, all numbers little-endian. It says where objects lie in packs that were there before it:
 *   16 bytes that name format and version
 *   4 number of packs, 4 number of rows, 4 number of recipes, 4 zero
 *   a table of packs, sorted: 32 id, 8 length of the pack
 *   rows of 48 bytes sorted by digest, each digest once: 32 digest, 4 number of the pack from 0, 12 as in a pack's own rows
 *     (4 position of the entry in the pack, 4 its stored length, 4 length of the object in 30 bits and encoding in 2)
 *   recipes, sorted by digest, each digest once: 32 digest of a large file, 8 its length, 32 digest of the recipe, which is an object with a row
 * It lies under the BLAKE3 of all of it.
 */
export const START = Buffer.from('mlo-index 1\n\0\0\0\0', 'latin1');
export const VERSION = 1;
export const HEADER_BYTES = 32;
export const PACK_BYTES = 40;
export const ROW_BYTES = 48;
export const RECIPE_BYTES = 72;

export interface IndexedPack {
  readonly id: Digest;
  readonly size: number;
}

export interface ObjectPlace extends EntryLocation {
  readonly pack: IndexedPack;
}

export interface RecipePlace {
  /** Bytes of the whole file. */
  readonly size: number;
  /** Digest of the recipe, 32 bytes. */
  readonly recipe: Buffer;
}

export interface IndexRow {
  /** 32 bytes. */
  readonly digest: Uint8Array;
  readonly pack: Digest;
  readonly at: number;
  readonly stored: number;
  readonly raw: number;
  readonly encoding: number;
}

export interface IndexRecipe extends RecipePlace {
  readonly digest: Uint8Array;
}

/** Some rows, of 48 bytes each, in any order. The numbers of packs in them are those of `packs`. */
export interface IndexPart {
  readonly packs: readonly IndexedPack[];
  readonly rows: Buffer;
}
