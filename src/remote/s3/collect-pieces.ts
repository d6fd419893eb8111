import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes of pieces that may lie about before they are collected. */
const COLLECT_BYTES = 8 * 1024 * 1024;

type Collect = (options: { readonly type: 'minor' }) => unknown;

let since = 0;
let collect: Collect | undefined;

/**
 * Tells of a piece of a body that is of no more use. Node reads each into fresh memory of 64 KiB outside of the heap, behind a small
 * object: these never fill the young generation, and at 64 MiB V8 marks the whole heap instead, some 50 times a GiB. Collecting
 * the young alone takes less than a millisecond.
 */
export function pieceIsUsed(bytes: number): void {
  since += bytes;
  if (since < COLLECT_BYTES) return;
  since = 0;
  collect ??= exposedCollector();
  collect({ type: 'minor' });
}

/** Node lends the collector only by a flag of V8, which is taken back: code that is compiled under other flags misses Node's compile cache. */
function exposedCollector(): Collect {
  if (globalThis.gc !== undefined) return globalThis.gc;
  setFlagsFromString('--expose-gc');
  try {
    const exposed: unknown = runInNewContext('globalThis.gc');
    return typeof exposed === 'function' ? (exposed as Collect) : () => undefined;
  } finally {
    setFlagsFromString('--no-expose-gc');
  }
}
