import type { Inventory } from '../inventory/inventory.ts';
import type { Claim, Reach, Root } from '../inventory/reach.ts';

/**
 * Marks what came after a moment, with all that it needs: a young tree may name old files. Where everything is young there
 * is nothing to find below it, and no tree is read.
 */
export function markYoung(inventory: Inventory, reach: Reach, sinceMs: number): Claim {
  const young: number[] = [];
  let hasOld = false;
  for (let number = 0; number < inventory.count; number += 1) {
    if (reach.markOf(number) !== 0) continue;
    if (inventory.cameMs(number) > sinceMs) young.push(number);
    else hasOld = true;
  }
  return reach.claim(rootsOf(inventory, young, hasOld));
}

function* rootsOf(inventory: Inventory, numbers: readonly number[], mayBeTrees: boolean): Generator<Root> {
  for (const number of numbers)
    yield { digest: inventory.hexOf(number), size: inventory.sizeOf(number), ...(mayBeTrees ? {} : { kind: 'file' }) };
}
