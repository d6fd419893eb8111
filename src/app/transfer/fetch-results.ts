import { parseEntry } from '../../cache/run-cache.ts';
import type { Cache } from '../../cache/types.ts';
import { canonicalJson } from '../../core/encoding/canonical-json.ts';
import type { Value } from '../../core/value.ts';
import { digestBytes, digestText } from '../../fs/hash.ts';
import { BatchDamage, keyOf, type BatchRecord } from '../../remote/batches/batch-format.ts';
import { BatchSet, type Batch, type DamagedBatch } from '../../remote/batches/batch-set.ts';
import { openRecords } from '../../remote/batches/read-batch.ts';
import { resultsPlace, type Connection } from './connect.ts';
import { recordOf } from './push-results.ts';

export interface FetchedResults {
  readonly added: number;
  readonly damaged: readonly DamagedBatch[];
  readonly bytesReceived: number;
}

/** Longer ones are not of ours, bytes. */
const LONGEST_ENTRY = 64 * 1024 * 1024;

/** Takes over run-cache entries that are not here; their outs come when a stage wants them. */
export async function fetchResults(cache: Cache, connection: Connection, dry: boolean): Promise<FetchedResults> {
  const { remote, folder, kept } = resultsPlace(connection);
  const set = await BatchSet.load(remote, folder, kept);
  const damaged = [...set.damaged];
  const wanted = wantedOf(set, cache);
  let added = 0;
  let bytesReceived = 0;
  const onBytes = (bytes: number): void => void (bytesReceived += bytes);
  for (const [batch, records] of wanted) {
    if (dry) {
      added += records.length;
      continue;
    }
    try {
      const read = await openRecords(batch.tables, records, { remote, key: batch.key, signal: connection.signal, onBytes });
      // A batch that was merged into another one meanwhile: it comes with the next fetch.
      for await (const { record, pieces } of read ?? []) {
        await takeEntry(cache, record, pieces());
        added += 1;
      }
    } catch (error) {
      if (!(error instanceof BatchDamage)) throw error;
      damaged.push({ key: batch.key, message: error.message });
    }
  }
  return { added, damaged, bytesReceived };
}

function wantedOf(set: BatchSet, cache: Cache): ReadonlyMap<Batch, readonly BatchRecord[]> {
  const here = new Set<string>();
  for (const { key, text } of cache.runs.all()) here.add(keyOf(Buffer.from(key, 'hex')) + keyOf(digestBytes(recordOf(text))));
  const wanted = new Map<Batch, BatchRecord[]>();
  for (const { batch, record } of set.records()) {
    if (here.has(keyOf(record.name) + keyOf(record.revision))) continue;
    const own = wanted.get(batch);
    if (own === undefined) wanted.set(batch, [record]);
    else own.push(record);
  }
  return wanted;
}

async function takeEntry(cache: Cache, { name, length }: BatchRecord, bytes: AsyncIterable<Buffer>): Promise<void> {
  if (length > LONGEST_ENTRY) throw new BatchDamage('an entry is longer than any that mlo writes');
  const pieces: Buffer[] = [];
  for await (const piece of bytes) pieces.push(piece);
  const text = Buffer.concat(pieces).toString('utf8');
  const entry = parseEntry(text);
  if (entry === undefined || `${canonicalJson(entry as unknown as Value)}\n` !== text)
    throw new BatchDamage('a record is no run-cache entry that can be trusted with paths and digests');
  cache.runs.add(digestText(name), entry);
}
