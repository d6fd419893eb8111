import type { RunRecord } from '../../core/run.ts';
import type { Job, Port } from './protocol.ts';

/** Batches that may be on their way before a stage has to wait. */
const BATCHES_AHEAD = 64;

/**
 * Posts batches of records. A thread that is far ahead of mlo waits until it has caught up, so that memory
 * stays bounded however fast a stage logs.
 */
export function sendRecords({ taken }: Pick<Job, 'taken'>, port: Pick<Port, 'post'>): (records: readonly RunRecord[]) => void {
  const count = taken === undefined ? undefined : new Int32Array(taken);
  let sent = 0;
  return (records) => {
    port.post({ type: 'records', records });
    sent += 1;
    if (count === undefined) return;
    for (let seen = Atomics.load(count, 0); sent - seen > BATCHES_AHEAD; seen = Atomics.load(count, 0)) Atomics.wait(count, 0, seen);
  };
}
