import { isDigest } from '../../core/content.ts';
import { throwIfInterrupted } from '../../fs/interrupt.ts';
import { BatchDamage, type BatchTables } from '../batches/batch-format.ts';
import { readTables } from '../batches/batch-set.ts';
import { BatchWriter } from '../batches/batch-writer.ts';
import { openRecords } from '../batches/read-batch.ts';
import { RUN_CACHE_FOLDER, RUNS_FOLDER } from '../keys.ts';
import type { RemoteLease } from '../leases.ts';
import type { Remote } from '../port.ts';

export interface BatchFinding {
  readonly key: string;
  readonly why: string;
  /** What it holds, where only records in it are broken: `mendBatches` keeps the others. */
  readonly tables?: BatchTables;
}

export interface BatchesLook {
  readonly batches: number;
  readonly bytes: number;
  readonly findings: readonly BatchFinding[];
}

/** Reads batches of runs and results, of all spaces, and compares each record with its revision. `share`: of how many more than the tables is read. */
export async function verifyBatches(remote: Remote, share: number, signal?: AbortSignal): Promise<BatchesLook> {
  const findings: BatchFinding[] = [];
  let batches = 0;
  let bytes = 0;
  for (const folder of [RUNS_FOLDER, RUN_CACHE_FOLDER]) {
    for await (const { key, size } of remote.list(folder)) {
      throwIfInterrupted(signal);
      if (!isDigest(key.slice(key.lastIndexOf('/') + 1))) continue;
      batches += 1;
      let tables: BatchTables | undefined;
      try {
        // Gone: a push has merged it into another one.
        [, tables] = await readTables(remote, { key, size });
        if (tables === undefined || Math.random() >= share) continue;
        await readRecords(remote, key, tables, (count) => (bytes += count), signal);
      } catch (error) {
        if (!(error instanceof BatchDamage)) throw error;
        findings.push({ key, why: error.message, ...(tables === undefined ? {} : { tables }) });
      }
    }
  }
  return { batches, bytes, findings };
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

/** Records that are whole go into a batch of their own, then the broken one goes: the next push sends what it had besides. Returns how many. */
export async function mendBatches(remote: Remote, lease: RemoteLease, findings: readonly BatchFinding[]): Promise<number> {
  let mended = 0;
  for (const { key, tables } of findings) {
    if (tables === undefined) continue;
    const writer = new BatchWriter();
    for (const record of tables.records) {
      const pieces: Buffer[] = [];
      try {
        const records = await openRecords(tables, [record], { remote, key });
        for await (const { pieces: each } of records ?? []) for await (const piece of each()) pieces.push(Buffer.from(piece));
      } catch (error) {
        if (!(error instanceof BatchDamage)) throw error;
        continue;
      }
      writer.add(record.name, pieces, tables.needs);
    }
    await lease.confirm();
    if (!writer.isEmpty) {
      const { id, bytes } = writer.finish();
      await remote.put(key.slice(0, key.lastIndexOf('/') + 1) + id, bytes);
    }
    await remote.delete(key);
    mended += 1;
  }
  return mended;
}
