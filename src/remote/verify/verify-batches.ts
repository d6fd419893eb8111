import { isDigest } from '../../core/content.ts';
import { throwIfInterrupted } from '../../fs/interrupt.ts';
import { BatchDamage, NewerBatch, type BatchTables } from '../batches/batch-format.ts';
import { readTables, TAIL_BYTES } from '../batches/batch-set.ts';
import { openRecords, WINDOW_BYTES } from '../batches/read-batch.ts';
import { RUN_CACHE_FOLDER, RUNS_FOLDER } from '../keys.ts';
import type { Remote, RemoteEntry } from '../port.ts';

export interface BatchFinding {
  readonly key: string;
  /** Bytes, as the list of keys tells. */
  readonly size: number;
  readonly why: string;
  /** What it holds, where only records in it are broken: `mendBatches` keeps the others. */
  readonly tables?: BatchTables;
  /** Its footer tells of a newer version of the format. */
  readonly isNewer: boolean;
}

export interface BatchesLook {
  readonly bytes: number;
  readonly findings: readonly BatchFinding[];
}

export interface BatchesCost {
  readonly requests: number;
  /** At most. */
  readonly bytes: number;
}

/** Of runs and results, of all spaces. */
export async function listBatches(remote: Remote): Promise<readonly RemoteEntry[]> {
  const batches: RemoteEntry[] = [];
  for (const folder of [RUNS_FOLDER, RUN_CACHE_FOLDER])
    for await (const entry of remote.list(folder)) if (isDigest(entry.key.slice(entry.key.lastIndexOf('/') + 1))) batches.push(entry);
  return batches;
}

/** What `verifyBatches` costs: of each batch its end, then blocks of the share that is read. */
export function costOfBatches(batches: readonly RemoteEntry[], share: number): BatchesCost {
  let requests = 0;
  let bytes = 0;
  for (const { size } of batches) {
    requests += 1 + share * Math.ceil(size / WINDOW_BYTES);
    bytes += Math.min(size, TAIL_BYTES) + share * size;
  }
  return { requests: Math.ceil(requests), bytes: Math.ceil(bytes) };
}

/** Compares each record with its revision. `share`: of how many more than the tables is read. */
export async function verifyBatches(
  remote: Remote,
  batches: readonly RemoteEntry[],
  share: number,
  signal?: AbortSignal,
): Promise<BatchesLook> {
  const findings: BatchFinding[] = [];
  let bytes = 0;
  for (const { key, size } of batches) {
    throwIfInterrupted(signal);
    bytes += Math.min(size, TAIL_BYTES);
    let tables: BatchTables | undefined;
    try {
      // Gone: a push has merged it into another one.
      [, tables] = await readTables(remote, { key, size });
      if (tables === undefined || Math.random() >= share) continue;
      await readRecords(remote, key, tables, (count) => (bytes += count), signal);
    } catch (error) {
      if (!(error instanceof BatchDamage)) throw error;
      const isNewer = error instanceof NewerBatch;
      findings.push({ key, size, why: error.message, isNewer, ...(tables === undefined ? {} : { tables }) });
    }
  }
  return { bytes, findings };
}

async function readRecords(
  remote: Remote,
  key: string,
  tables: BatchTables,
  onBytes: (bytes: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const records = await openRecords(tables, tables.records, { remote, key, onBytes, ...(signal === undefined ? {} : { signal }) });
  for await (const { pieces } of records ?? []) for await (const piece of pieces()) if (piece.length > 0) throwIfInterrupted(signal);
}
