import { packsFor } from './outgoing-pack.ts';
import { CHECKPOINT_BYTES } from './delivery.ts';
import type { PushPlan } from './plan-push.ts';

/** The lease is put, seen alone and deleted; the indexes are listed once more, and the new one is put. */
const AROUND = 5;
/** An address that nothing was pushed to gets its format, and is asked what it can do. */
const FIRST_TIME = 3;
/** Whether it is there, unless it is small; then it is put. */
const PER_PACK = 2;

/** About how many requests the plan takes on S3, besides those that looked what is there. Bytes that are saved save some. */
export function expectedRequests({ small, large, trees, bytes }: PushPlan, isThere: boolean): number {
  const entries = small.count + large.length + trees.count;
  if (entries === 0) return 0;
  const packs = packsFor(bytes, entries);
  const checkpoints = 2 * Math.floor(bytes / CHECKPOINT_BYTES);
  return AROUND + (isThere ? 0 : FIRST_TIME) + packs * PER_PACK + checkpoints;
}
