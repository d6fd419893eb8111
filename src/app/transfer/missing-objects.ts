import type { Cache } from '../../cache/types.ts';
import type { Digest } from '../../core/content.ts';
import { decodeTree, type TreeRow } from '../../core/encoding/tree-format.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { findUses, type Use } from '../verify/find-uses.ts';
import { namersOf, type Chosen } from './choose-contents.ts';

/** An object that could not travel, and what it belongs to. */
export interface MissingObject {
  readonly digest: Digest;
  readonly uses: readonly Use[];
  /** What is wrong where not just that it is nowhere: the bytes on the remote are others, at this key. */
  readonly corruptAt?: string;
}

/** Most objects that are told one by one. */
const MOST_TOLD = 1000;

export function tellMissing(
  cache: Cache,
  chosen: Chosen,
  missing: Iterable<Digest>,
  corrupt: ReadonlyMap<Digest, string> = new Map(),
): readonly MissingObject[] {
  const wanted = new Set([...corrupt.keys(), ...missing].slice(0, MOST_TOLD));
  if (wanted.size === 0) return [];
  const uses = findUses(wanted, namersOf(chosen), (digest) => rowsHere(cache, digest));
  return [...wanted].map((digest) => {
    const key = corrupt.get(digest);
    return { digest, uses: uses.get(digest) ?? [], ...(key === undefined ? {} : { corruptAt: key }) };
  });
}

/** Undefined for trees that are not here: nobody knows what is in them. */
function rowsHere(cache: Cache, digest: Digest): readonly TreeRow[] | undefined {
  try {
    return decodeTree(cache.objects.read(digest).toString('latin1'), digest);
  } catch (error) {
    if (error instanceof MloError) return undefined;
    throw error;
  }
}
