import { IndexSet } from '../index-set.ts';
import type { Wanted } from '../push/plan-push.ts';
import { fetchObjects, type FetchOptions, type FetchResult } from './fetch-objects.ts';

export interface FetchLatestOptions extends FetchOptions {
  /** Where copies of indexes are kept. */
  readonly indexFolder: string;
}

export interface LatestResult extends FetchResult {
  /** By which the last look was. */
  readonly index: IndexSet;
}

/** Of an index that changes under a fetch. */
const MOST_LOOKS = 4;

/**
 * As `fetchObjects`, where a gc may put what is wanted into other packs since `index` was read: what is missing is looked for again
 * while the indexes there are other ones. Throws as it.
 */
export async function fetchLatest(wanted: readonly Wanted[], options: FetchLatestOptions): Promise<LatestResult> {
  let { index } = options;
  let result = await fetchObjects(wanted, options);
  for (let looks = 1; result.missing.size > 0 && looks < MOST_LOOKS; looks += 1) {
    const now = await IndexSet.load(options.remote, options.indexFolder);
    if (now.isSame(index)) break;
    index = now;
    const again = await fetchObjects(wanted, { ...options, index });
    // Nothing was kept by a dry look: the next one counts all of it.
    result = options.dry === true ? again : withEarlier(again, result);
  }
  const { files, trees, bytes, bytesReceived, requestsToCome, missing, corrupt } = result;
  return { files, trees, bytes, bytesReceived, requestsToCome, missing, corrupt, index };
}

/** What came before came, what is missing is missing now. */
function withEarlier(now: FetchResult, before: FetchResult): FetchResult {
  return {
    files: now.files + before.files,
    trees: now.trees + before.trees,
    bytes: now.bytes + before.bytes,
    bytesReceived: now.bytesReceived + before.bytesReceived,
    requestsToCome: now.requestsToCome,
    missing: now.missing,
    corrupt: now.corrupt,
  };
}
