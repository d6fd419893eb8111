import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDigest, type Digest } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { asIoError, isErrno } from '../../fs/errno.ts';
import { namesIn } from '../../fs/names-in.ts';
import { writeFileAtomic } from '../../fs/write-atomic.ts';
import { Lanes } from '../lanes.ts';
import type { Remote } from '../port.ts';
import { BatchDamage, decodeTables, FOOTER_BYTES, keyOf, tablesLength, type BatchRecord, type BatchTables } from './batch-format.ts';

/** The end of a batch that is asked for first: tables of a few thousand records. Bytes. */
export const TAIL_BYTES = 512 * 1024;
/** Tables of 6 million records; nobody makes a machine take more. */
const LARGEST_TABLES = 512 * 1024 * 1024;
const LOADS_AT_ONCE = 8;
/** A batch may be merged into another one between list and read. */
const MOST_LOOKS = 5;

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

  /** Throws MLO_REMOTE, MLO_FORMAT_VERSION. */
  static async load(remote: Remote, folder: string, kept: string): Promise<BatchSet> {
    for (let look = 1; ; look += 1) {
      const listed = await listBatches(remote, folder);
      const loaded = await loadAll(remote, kept, listed);
      if (loaded !== undefined) {
        const ids = new Set(listed.map(({ id }) => id));
        for (const name of namesIn(kept)) if (isDigest(name) && !ids.has(name)) rmSync(join(kept, name), { force: true });
        return new BatchSet(loaded.batches, loaded.damaged);
      }
      if (look === MOST_LOOKS) {
        throw new MloError('MLO_REMOTE', `${remote.address}: a batch that is listed in ${folder} is not there, in ${MOST_LOOKS} looks`, {
          hint: 'Run the command again in a while',
        });
      }
    }
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

interface Listed {
  readonly id: Digest;
  readonly key: string;
  readonly size: number;
}

async function listBatches(remote: Remote, folder: string): Promise<readonly Listed[]> {
  const found: Listed[] = [];
  for await (const { key, size } of remote.list(folder)) {
    const name = key.slice(folder.length);
    if (isDigest(name)) found.push({ id: name, key, size });
  }
  return found.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** Undefined where one is gone by now. */
async function loadAll(
  remote: Remote,
  kept: string,
  listed: readonly Listed[],
): Promise<{ readonly batches: readonly Batch[]; readonly damaged: readonly DamagedBatch[] } | undefined> {
  const batches: Batch[] = [];
  const damaged: DamagedBatch[] = [];
  let isGone = false;
  const lanes = new Lanes(LOADS_AT_ONCE);
  for (const each of listed) {
    await lanes.begin(async () => {
      if (isGone) return;
      try {
        const tables = readKept(kept, each) ?? (await readRemote(remote, kept, each));
        if (tables === undefined) isGone = true;
        else batches.push({ ...each, tables });
      } catch (error) {
        if (!(error instanceof BatchDamage)) throw error;
        damaged.push({ key: each.key, message: error.message });
      }
    });
  }
  await lanes.end();
  return isGone ? undefined : { batches, damaged };
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
  if (bytes !== undefined) keepTables(kept, listed.id, bytes);
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

/** A folder that cannot be written costs a download the next time. */
export function keepTables(folder: string, id: Digest, tables: Buffer): void {
  try {
    mkdirSync(folder, { recursive: true });
    writeFileAtomic(join(folder, id), tables);
  } catch (error) {
    if (!isErrno(error)) throw error;
  }
}
