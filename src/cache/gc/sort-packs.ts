import { NOT_HERE, type PackRows } from '../inventory/inventory.ts';
import type { PackName } from '../packs/pack-name.ts';
import type { Amount } from './types.ts';

/** A pack of which less than this share is needed is written anew without the rest. */
const REWRITE_BELOW = 0.7;
/** Small ones are written anew for anything: that costs no more than a moment. */
const SMALL_BYTES = 1024 * 1024;

/** A pack to be written anew, and what of it goes by that. */
export interface Rewritten {
  readonly name: PackName;
  readonly size: number;
  readonly dead: Amount;
}

export interface SortedPacks {
  /** Nothing in them is needed. */
  readonly deleted: readonly PackName[];
  readonly rewritten: readonly Rewritten[];
  readonly dead: Amount;
  /** Of the dead: what stays in packs of which most is needed. */
  readonly waiting: Amount;
  /** Bytes that will be free. */
  readonly freed: number;
}

/** What becomes of each pack. One with something that `mustGo` is written anew, however much else is in it. */
export function sortPacks(
  packs: readonly PackRows[],
  isLive: (number: number) => boolean,
  mustGo: (number: number) => boolean,
): SortedPacks {
  const deleted: PackName[] = [];
  const rewritten: Rewritten[] = [];
  const dead = { objects: 0, bytes: 0 };
  const waiting = { objects: 0, bytes: 0 };
  let freed = 0;
  for (const pack of packs) {
    const counts = countEntries(pack, isLive, mustGo);
    const { name, reader } = pack;
    dead.objects += counts.dead;
    dead.bytes += counts.deadBytes;
    if (counts.dead === 0) continue;
    if (counts.live === 0) {
      deleted.push(name);
      freed += reader.size;
    } else if (counts.forced || reader.size < SMALL_BYTES || counts.liveBytes < (counts.liveBytes + counts.deadBytes) * REWRITE_BELOW) {
      rewritten.push({ name, size: reader.size, dead: { objects: counts.dead, bytes: counts.deadBytes } });
      freed += counts.deadBytes;
    } else {
      waiting.objects += counts.dead;
      waiting.bytes += counts.deadBytes;
    }
  }
  return { deleted, rewritten, dead, waiting, freed };
}

function countEntries(
  { reader, numbers }: PackRows,
  isLive: (number: number) => boolean,
  mustGo: (number: number) => boolean,
): { live: number; liveBytes: number; dead: number; deadBytes: number; forced: boolean } {
  const counts = { live: 0, liveBytes: 0, dead: 0, deadBytes: 0, forced: false };
  for (let row = 0; row < numbers.length; row += 1) {
    const number = numbers[row] ?? NOT_HERE;
    const { stored } = reader.index.location(row);
    if (number !== NOT_HERE && isLive(number)) {
      counts.live += 1;
      counts.liveBytes += stored;
    } else {
      counts.dead += 1;
      counts.deadBytes += stored;
      counts.forced ||= number !== NOT_HERE && mustGo(number);
    }
  }
  return counts;
}
