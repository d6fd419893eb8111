import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BUCKETS, MULTI_ROW_BYTES } from '../packs/multi-pack-format.ts';
import { MultiPackDamage, MultiPackIndex } from '../packs/multi-pack-index.ts';
import { DIGEST_BYTES, ROW_BYTES } from '../packs/pack-format.ts';
import { INDEX_NAME } from '../packs/pack-set.ts';
import type { PackRows } from '../inventory/inventory.ts';
import type { Damage } from './damage.ts';

/** The index over many packs: its checksums and, with `packs`, every row against the index of its pack. */
export function checkPackIndex(folder: string, packs?: readonly PackRows[]): readonly Damage[] {
  const file = join(folder, INDEX_NAME);
  const damage = (why: string): readonly Damage[] => [{ kind: 'pack-index', file, why }];
  if (!existsSync(file)) return [];
  const index = MultiPackIndex.open(file);
  if (index === undefined) return damage('its header or its tables are not what was written');
  try {
    const isRight = packs === undefined ? () => true : rowChecker(index, packs);
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      const rows = index.bucket(bucket);
      for (let at = 0; packs !== undefined && at < rows.length; at += MULTI_ROW_BYTES)
        if (!isRight(rows, at)) return damage('it says something else than the packs');
    }
    return [];
  } catch (error) {
    if (error instanceof MultiPackDamage) return damage('its rows are not what was written');
    throw error;
  } finally {
    index.close();
  }
}

/** Packs that are gone, or damaged themselves, are not what is wrong with the index. */
function rowChecker(index: MultiPackIndex, packs: readonly PackRows[]): (rows: Buffer, at: number) => boolean {
  const byName = new Map(packs.map((pack) => [pack.name, pack.reader]));
  const readers = index.packs.map(({ name }) => byName.get(name));
  return (rows, at) => {
    const reader = readers[rows.readUInt32LE(at + DIGEST_BYTES)];
    if (reader === undefined) return true;
    const row = reader.find(rows.subarray(at, at + DIGEST_BYTES));
    if (row < 0) return false;
    const start = row * ROW_BYTES + DIGEST_BYTES;
    return reader.index.rows.compare(rows, at + DIGEST_BYTES + 4, at + MULTI_ROW_BYTES, start, start + 12) === 0;
  };
}
