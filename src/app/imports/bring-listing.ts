import type { Cache } from '../../cache/types.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { listingOf, type UrlSource } from '../../core/pointer-source.ts';
import { fetchLatest } from '../../remote/pull/fetch-latest.ts';
import type { Project } from '../project.ts';
import { loadIndexes, withRemote } from '../transfer/connect.ts';
import { isHere } from '../transfer/is-here.ts';

/**
 * In a clone that has not pulled an import, the list of what it brought is on the default remote. Without it everything at the source
 * would count as new. Where it cannot be had, that is what happens.
 */
export async function bringListing(project: Project, cache: Cache, source: UrlSource): Promise<void> {
  const listing = listingOf(source);
  if (listing === undefined || isHere(cache, listing)) return;
  try {
    await withRemote(project, undefined, async (connection) => {
      const { remote, indexFolder, signal } = connection;
      const index = await loadIndexes(connection);
      if (!index.has(Buffer.from(listing.digest, 'hex'))) return;
      await fetchLatest([listing], { remote, index, indexFolder, local: cache.objects, jobs: 1, signal });
      await cache.flush();
    });
  } catch (error) {
    if (!(error instanceof MloError) || error.code === 'MLO_INTERRUPTED') throw error;
  }
}
