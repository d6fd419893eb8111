import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest } from '../../core/content.ts';
import { asIoError, isErrno } from '../../fs/errno.ts';
import { keepCopy, loadListed, type Listed } from '../load-listed.ts';
import type { Remote } from '../port.ts';
import { BatchDamage, decodeTables, FOOTER_BYTES, keyOf, tablesLength, type BatchRecord, type BatchTables } from './batch-format.ts';

/** The end of a batch that is asked for first: tables of a few thousand records. Bytes. */
export const TAIL_BYTES = 512 * 1024;
/** Tables of 6 million records; nobody makes a machine take more. */
const LARGEST_TABLES = 512 * 1024 * 1024;

export interface Batch {
  readonly id: Digest;
  readonly key: string;
  /** Of the whole file, bytes. */
  readonly size: number;
  readonly tables: BatchTables;
}

export interface DamagedBatch {
  readonly key: string;
  readonly message: string;
}

/** All batches in a folder of a remote as of one look. Copies of their tables are kept in `kept`, which may be deleted at any time. */
export class BatchSet {
  static readonly none = new BatchSet([], []);

  readonly batches: readonly Batch[];
  /** Not to be read, and left where they are. */
  readonly damaged: readonly DamagedBatch[];

  private constructor(batches: readonly Batch[], damaged: readonly DamagedBatch[]) {
    this.batches = batches;
    this.damaged = damaged;
  }

  /** Throws MLO_REMOTE. */
  static async load(remote: Remote, folder: string, kept: string): Promise<BatchSet> {
    const load = async (listed: Listed): Promise<Batch | DamagedBatch | undefined> => await loadBatch(remote, kept, listed);
    const found = await loadListed(remote, { folder, kept, what: 'a batch', load });
    return new BatchSet(
      found.filter((each) => 'tables' in each),
      found.filter((each) => 'message' in each),
    );
  }

  /** In whatever revision. */
  hasName(name: Uint8Array): boolean {
    return this.batches.some(({ tables }) => tables.has(name));
  }

  has(name: Uint8Array, revision: Uint8Array): boolean {
    const record = Buffer.concat([name, revision]);
    return this.batches.some(({ tables }) => tables.has(record));
  }

  /** Every name and revision once, with the batch that it is read from. */
  *records(): Generator<{ readonly batch: Batch; readonly record: BatchRecord }> {
    const seen = new Set<string>();
    for (const batch of this.batches) {
      for (const record of batch.tables.records) {
        const key = keyOf(record.name) + keyOf(record.revision);
        if (seen.has(key)) continue;
        seen.add(key);
        yield { batch, record };
      }
    }
  }
}

async function loadBatch(remote: Remote, kept: string, listed: Listed): Promise<Batch | DamagedBatch | undefined> {
  try {
    const tables = readKept(kept, listed) ?? (await readRemote(remote, kept, listed));
    return tables && { ...listed, tables };
  } catch (error) {
    if (!(error instanceof BatchDamage)) throw error;
    return { key: listed.key, message: error.message };
  }
}

/** Undefined where no good copy of them is here. */
export function readKept(folder: string, { id, size }: Pick<Listed, 'id' | 'size'>): BatchTables | undefined {
  try {
    return decodeTables(readFileSync(join(folder, id)), size);
  } catch (error) {
    if (error instanceof BatchDamage || isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw asIoError(error, 'read', join(folder, id));
  }
}

async function readRemote(remote: Remote, kept: string, listed: Listed): Promise<BatchTables | undefined> {
  const [bytes, tables] = await readTables(remote, listed);
  if (bytes !== undefined) keepCopy(kept, listed.id, bytes);
  return tables;
}

/** Nothing where it is gone. A damaged answer is asked for once more. Throws BatchDamage. */
export async function readTables(remote: Remote, listed: Pick<Listed, 'key' | 'size'>): Promise<[] | [bytes: Buffer, tables: BatchTables]> {
  try {
    return await readOnce(remote, listed);
  } catch (error) {
    if (!(error instanceof BatchDamage)) throw error;
    return await readOnce(remote, listed);
  }
}

async function readOnce(remote: Remote, { key, size }: Pick<Listed, 'key' | 'size'>): ReturnType<typeof readTables> {
  const tail = await remote.getRange(key, Math.max(0, size - TAIL_BYTES), Math.min(size, TAIL_BYTES));
  if (tail === undefined) return [];
  const length = tablesLength(tail.subarray(-FOOTER_BYTES), size);
  if (length > LARGEST_TABLES) throw new BatchDamage('its tables are larger than any that mlo writes');
  const bytes = length <= tail.length ? tail.subarray(-length) : await remote.getRange(key, size - length, length);
  return bytes === undefined ? [] : [bytes, decodeTables(bytes, size)];
}
