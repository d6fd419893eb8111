import type { IndexedPack, IndexRecipe, IndexRow } from '../../src/remote/format/index-format.ts';
import { joinIndexParts, partOfRows } from '../../src/remote/format/join-index.ts';

/** The index of a remote, of rows that a test has thought up. */
export function encodeIndex(packs: readonly IndexedPack[], rows: readonly IndexRow[], recipes: readonly IndexRecipe[]): Buffer {
  return joinIndexParts([partOfRows(packs, rows)], recipes);
}
