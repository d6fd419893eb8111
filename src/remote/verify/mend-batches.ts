import { createHasher, digestBytes } from '../../fs/hash.ts';
import { BATCH_START, BatchDamage, type BatchBlock, type BatchRecord, type BatchTables } from '../batches/batch-format.ts';
import { BatchWriter } from '../batches/batch-writer.ts';
import { openRecords } from '../batches/read-batch.ts';
import type { RemoteLease } from '../leases.ts';
import type { Remote } from '../port.ts';
import type { BatchFinding } from './verify-batches.ts';

/** Read at a time for a digest of the whole, bytes. */
const PIECE_BYTES = 16 * 1024 * 1024;

export interface MendOptions {
  readonly remote: Remote;
  readonly lease: RemoteLease;
  /** A good copy of the tables of a batch, where this machine has kept one. */
  readonly keptTables: (key: string, size: number) => BatchTables | undefined;
}

export interface MendedBatches {
  /** Of which what is whole was kept. */
  readonly mended: number;
  /** Keys of those that nobody can read: they are gone. */
  readonly removed: readonly string[];
  /** Keys of those that a newer mlo wrote. */
  readonly left: readonly string[];
}

/**
 * Records that are whole go into a batch of their own, then the damaged one goes: the next push sends what it had besides. Without tables nobody finds a record
 * in a batch, so that goes as a whole; but for one with just the bytes that its name promises and a newer version in its footer.
 */
export async function mendBatches(findings: readonly BatchFinding[], { remote, lease, keptTables }: MendOptions): Promise<MendedBatches> {
  let mended = 0;
  const removed: string[] = [];
  const left: string[] = [];
  for (const { key, size, isNewer, tables = keptTables(key, size) } of findings) {
    if (isNewer && (await isAsNamed(remote, key, size))) {
      left.push(key);
      continue;
    }
    const writer = tables === undefined ? new BatchWriter() : await wholeRecords(remote, key, tables);
    await lease.confirm();
    const isEmpty = writer.isEmpty;
    await replace(remote, key, size, writer);
    if (isEmpty && tables === undefined) removed.push(key);
    else mended += 1;
  }
  return { mended, removed, left };
}

/** What takes its place is there before the damaged one goes, unless it has just its key: with tables that were kept here a batch may be whole again. */
async function replace(remote: Remote, key: string, size: number, writer: BatchWriter): Promise<void> {
  if (writer.isEmpty) return await remote.delete(key);
  const { id, bytes } = writer.finish();
  const own = key.slice(0, key.lastIndexOf('/') + 1) + id;
  if (own === key) {
    // It was read wrong, and is right by now.
    if (await isAsNamed(remote, key, size)) return;
    await remote.delete(key);
  }
  await remote.put(own, bytes);
  if (own !== key) await remote.delete(key);
}

async function wholeRecords(remote: Remote, key: string, tables: BatchTables): Promise<BatchWriter> {
  const writer = new BatchWriter();
  const broken = await brokenParts(remote, key, tables.blocks);
  const inWhole = ({ at, length }: BatchRecord): boolean => broken.every(({ from, to }) => at >= to || at + length <= from);
  const take = async (records: readonly BatchRecord[]): Promise<void> => {
    if (records.length === 0) return;
    try {
      for (const { name, pieces } of await readAll(remote, key, tables, records)) writer.add(name, pieces, tables.needs);
    } catch (error) {
      if (!(error instanceof BatchDamage)) throw error;
      if (records.length === 1) return;
      // Blocks are whole, and some record is not what its revision says: whoever wrote that is no mlo.
      const half = records.length >> 1;
      await take(records.slice(0, half));
      await take(records.slice(half));
    }
  };
  await take(tables.records.filter(inWhole).sort((a, b) => a.at - b.at));
  return writer;
}

async function readAll(
  remote: Remote,
  key: string,
  tables: BatchTables,
  wanted: readonly BatchRecord[],
): Promise<readonly { readonly name: Buffer; readonly pieces: readonly Buffer[] }[]> {
  const copies: { readonly name: Buffer; readonly pieces: readonly Buffer[] }[] = [];
  const records = await openRecords(tables, wanted, { remote, key });
  for await (const { record, pieces } of records ?? []) {
    const copy: Buffer[] = [];
    for await (const piece of pieces()) copy.push(Buffer.from(piece));
    copies.push({ name: record.name, pieces: copy });
  }
  return copies;
}

interface Part {
  readonly from: number;
  readonly to: number;
}

/** Of the raw text: blocks whose bytes are others, asked twice. */
async function brokenParts(remote: Remote, key: string, blocks: readonly BatchBlock[]): Promise<readonly Part[]> {
  const broken: Part[] = [];
  let at = BATCH_START.length;
  let from = 0;
  for (const { digest, stored, raw } of blocks) {
    const isWhole = async (): Promise<boolean> => {
      const frame = await remote.getRange(key, at, stored);
      return frame !== undefined && digest.equals(digestBytes(frame));
    };
    if (!(await isWhole()) && !(await isWhole())) broken.push({ from, to: from + raw });
    at += stored;
    from += raw;
  }
  return broken;
}

async function isAsNamed(remote: Remote, key: string, size: number): Promise<boolean> {
  const hasher = createHasher();
  for (let from = 0; from < size; from += PIECE_BYTES) {
    const piece = await remote.getRange(key, from, Math.min(PIECE_BYTES, size - from));
    if (piece === undefined) return false;
    hasher.update(piece);
  }
  return hasher.digest() === key.slice(key.lastIndexOf('/') + 1);
}
