import { throwIfInterrupted } from '../../fs/interrupt.ts';
import { keepCopy } from '../load-listed.ts';
import type { Remote } from '../port.ts';
import { BatchDamage, keyOf, type BatchRecord, type Need } from './batch-format.ts';
import type { Batch, BatchSet } from './batch-set.ts';
import { BatchWriter } from './batch-writer.ts';
import { openRecords } from './read-batch.ts';

export interface BatchFolder {
  readonly remote: Remote;
  /** `runs/default/` */
  readonly folder: string;
  /** Where copies of tables are kept. */
  readonly kept: string;
  /** Keys of batches that cannot be read: one whose bytes are at hand takes the place of what lies there, and leaves the list. */
  readonly damaged?: Set<string>;
  readonly signal?: AbortSignal;
}

export interface OutgoingRecord {
  /** 32 bytes. */
  readonly name: Buffer;
  readonly pieces: () => Iterable<Uint8Array>;
  readonly needs: readonly Need[];
}

/** More batches that are smaller than this are merged, bytes. */
const SMALL_BYTES = 4 * 1024 * 1024;
const MOST_SMALL = 16;

/** Writes records into new batches; what they need is on the remote already. `onSent`: the batch that has them is there. Returns the bytes that went. */
export async function sendRecords(
  place: BatchFolder,
  records: Iterable<OutgoingRecord>,
  onSent: (name: Buffer, revision: Buffer) => void = () => undefined,
): Promise<number> {
  let bytes = 0;
  let writer = new BatchWriter();
  let waiting: { readonly name: Buffer; readonly revision: Buffer }[] = [];
  const send = async (): Promise<void> => {
    bytes += await putBatch(place, writer);
    for (const { name, revision } of waiting) onSent(name, revision);
    waiting = [];
    writer = new BatchWriter();
  };
  for (const { name, pieces, needs } of records) {
    throwIfInterrupted(place.signal);
    waiting.push({ name, revision: writer.add(name, pieces(), needs) });
    if (writer.isFull) await send();
  }
  if (!writer.isEmpty) await send();
  return bytes;
}

async function putBatch({ remote, folder, kept, damaged }: BatchFolder, writer: BatchWriter): Promise<number> {
  const { id, bytes, tables } = writer.finish();
  if (damaged?.delete(folder + id) === true) await remote.delete(folder + id);
  const result = await remote.put(folder + id, bytes);
  keepCopy(kept, id, tables);
  return result === 'written' ? bytes.length : 0;
}

/**
 * Where there are many small batches, one with all that they have takes their place; then they go. Who has listed them before lists again. `isPart`: the
 * revision is known to be part of another one there.
 */
export async function mergeBatches(place: BatchFolder, set: BatchSet, isPart: (record: BatchRecord) => boolean): Promise<void> {
  const small = set.batches.filter(({ size }) => size < SMALL_BYTES);
  if (small.length <= MOST_SMALL) return;
  const read: Batch[] = [];
  const written = new Set<string>();
  let writer = new BatchWriter();
  const end = async (): Promise<void> => {
    const finished = writer.finish();
    await place.remote.put(place.folder + finished.id, finished.bytes);
    keepCopy(place.kept, finished.id, finished.tables);
    written.add(finished.id);
    writer = new BatchWriter();
  };
  const seen = new Set<string>();
  for (const batch of small) {
    const wanted = batch.tables.records.filter((record) => !seen.has(identityOf(record)) && !isPart(record));
    if (!(await copyRecords(place, batch, wanted, writer))) continue;
    for (const record of wanted) seen.add(identityOf(record));
    read.push(batch);
    if (writer.isFull) await end();
  }
  if (!writer.isEmpty) await end();
  for (const { id, key } of read) if (!written.has(id)) await place.remote.delete(key);
}

function identityOf({ name, revision }: BatchRecord): string {
  return keyOf(name) + keyOf(revision);
}

/** False where the batch is gone or damaged: then nothing of it was copied. */
async function copyRecords(
  { remote, signal }: BatchFolder,
  batch: Batch,
  wanted: readonly BatchRecord[],
  writer: BatchWriter,
): Promise<boolean> {
  try {
    const records = await openRecords(batch.tables, wanted, { remote, key: batch.key, ...(signal === undefined ? {} : { signal }) });
    if (records === undefined) return false;
    const copies: { readonly name: Buffer; readonly pieces: Buffer[] }[] = [];
    for await (const { record, pieces } of records) {
      const copy: Buffer[] = [];
      for await (const piece of pieces()) copy.push(Buffer.from(piece));
      copies.push({ name: record.name, pieces: copy });
    }
    for (const { name, pieces } of copies) writer.add(name, pieces, batch.tables.needs);
    return true;
  } catch (error) {
    if (error instanceof BatchDamage) return false;
    throw error;
  }
}
