import { checkout } from './checkout.ts';
import { fetchFromRemote, type FetchData } from './fetch.ts';
import type { TransferOptions } from './transfer/connect.ts';
import type { AppContext, CheckoutData } from './types.ts';

export interface PullCommandOptions extends TransferOptions {
  /** Overwrite and delete files that are not in the cache. */
  readonly force: boolean;
}

export interface PullData {
  readonly fetch: FetchData;
  /** Absent with `dry`. */
  readonly checkout?: CheckoutData;
}

/** Fetches, then puts what came (and what was here) into the workspace; what could not be fetched does not keep the rest back. */
export async function pull(ctx: AppContext, options: PullCommandOptions): Promise<PullData> {
  const fetched = await fetchFromRemote(ctx, options);
  if (options.dry) return { fetch: fetched };
  const { targets, force, rev } = options;
  return { fetch: fetched, checkout: await checkout(ctx, { targets, force, ...(rev === undefined ? {} : { rev }) }) };
}
