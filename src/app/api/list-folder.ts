import { MloError } from '../../core/errors/mlo-error.ts';
import { ls } from '../ls.ts';
import { revOf, silentContext } from './context.ts';
import type { Entry, ListOptions } from './types.ts';

/** Throws MLO_OBJECT_MISSING where a tree is not in the cache: half a list would be taken for the whole. */
export async function listAt(path: string, where: ListOptions): Promise<readonly Entry[]> {
  const { entries, unread } = await ls(silentContext(where), { path, recursive: where.recursive ?? false, ...revOf(where) });
  const [lost] = unread;
  if (lost === undefined) return entries;
  throw new MloError('MLO_OBJECT_MISSING', `The cache does not have the tree ${lost.digest} of '${lost.path}'`, {
    details: { path: lost.path, digest: lost.digest },
  });
}
