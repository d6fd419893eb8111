import type { DigestTable } from '../../cache/inventory/digest-table.ts';
import { ROW_BYTES } from '../../cache/packs/pack-format.ts';
import type { LocalPack } from '../../cache/transfer.ts';
import type { PushPlan } from './plan-push.ts';

/** Smaller ones are put together into larger ones. */
const SMALLEST_WHOLE = 4 * 1024 * 1024;

/** Packs that may go as they are: everything in them is wanted, and most of it in none before. What is in them is added to `covered`. */
export function* wholePacks(
  packs: Iterable<LocalPack>,
  { small, trees }: Pick<PushPlan, 'small' | 'trees'>,
  covered: DigestTable,
): Generator<LocalPack> {
  for (const pack of packs) {
    const { reader } = pack;
    if (pack.hasBroken || reader.size < SMALLEST_WHOLE) continue;
    const { rows, count } = reader.index;
    let known = 0;
    let isWanted = true;
    for (let row = 0; row < count && isWanted; row += 1) {
      isWanted = small.find(rows, row * ROW_BYTES) >= 0 || trees.find(rows, row * ROW_BYTES) >= 0;
      if (covered.find(rows, row * ROW_BYTES) >= 0) known += 1;
    }
    if (!isWanted || known > count / 4) continue;
    for (let row = 0; row < count; row += 1) covered.add(rows, row * ROW_BYTES);
    yield pack;
  }
}
