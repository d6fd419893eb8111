import { isOwnKey } from '../keys.ts';
import type { RemoteLease } from '../leases.ts';
import type { Remote, UnfinishedPut } from '../port.ts';

export interface PutAmount {
  readonly puts: number;
  /** That arrived, as far as the server says. */
  readonly bytes: number;
}

/** Of mlo, and from before `oldMs`: what a push was killed at. Whoever goes on with one later sends it anew. */
export async function oldUnfinished(remote: Remote, oldMs: number): Promise<readonly UnfinishedPut[]> {
  const old: UnfinishedPut[] = [];
  for await (const put of remote.unfinished())
    if (isOwnKey(put.key) && put.startedMs !== undefined && put.startedMs <= oldMs) old.push(put);
  return old;
}

export async function abandonAll(remote: Remote, lease: RemoteLease, puts: readonly UnfinishedPut[]): Promise<void> {
  for (const put of puts) {
    await lease.confirm();
    await remote.abandon(put);
  }
}

export function sumOfPuts(puts: readonly UnfinishedPut[]): PutAmount {
  return { puts: puts.length, bytes: puts.reduce((sum, { size = 0 }) => sum + size, 0) };
}
