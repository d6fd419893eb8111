import type { Cache } from '../../cache/types.ts';
import type { Content } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';

/** Whole in the cache, as far as that can be told without reading files; what cannot be read counts as not here. */
export function isHere(cache: Cache, content: Content): boolean {
  try {
    return cache.has(content);
  } catch (error) {
    if (error instanceof MloError) return false;
    throw error;
  }
}
