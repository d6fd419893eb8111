import type { Digest } from '../../core/content.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { Reach } from '../inventory/reach.ts';
import type { Claims } from './types.ts';

export interface ChosenEvicted {
  readonly numbers: ReadonlySet<number>;
  /** Of the objects. */
  readonly bytes: number;
  readonly wanted: number;
  readonly reached: boolean;
}

/** Of the needed objects that something else has too, those longest unused, until what stays is no larger than the limit. */
export function chooseEvicted(
  inventory: Inventory,
  reach: Reach,
  { bytes: most, elsewhere }: NonNullable<Claims['limit']>,
  usedMs: ReadonlyMap<Digest, number>,
  size: number,
): ChosenEvicted {
  const wanted = Math.max(0, size - unneededBytes(inventory, reach) - most);
  const lastUse = new Map<number, number>();
  for (const { digest, within } of elsewhere) {
    const number = inventory.table.find(Buffer.from(digest, 'hex'));
    if (number < 0 || reach.markOf(number) === 0) continue;
    lastUse.set(number, Math.max(lastUse.get(number) ?? 0, inventory.cameMs(number), usedMs.get(within) ?? 0));
  }
  const numbers = new Set<number>();
  let bytes = 0;
  for (const [number] of [...lastUse].sort((a, b) => a[1] - b[1] || inventory.sizeOf(b[0]) - inventory.sizeOf(a[0]))) {
    if (bytes >= wanted) break;
    numbers.add(number);
    bytes += inventory.sizeOf(number);
  }
  return { numbers, bytes, wanted, reached: bytes >= wanted };
}

function unneededBytes(inventory: Inventory, reach: Reach): number {
  let bytes = 0;
  for (let number = 0; number < inventory.count; number += 1) if (reach.markOf(number) === 0) bytes += inventory.sizeOf(number);
  return bytes;
}
