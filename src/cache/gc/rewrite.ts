import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest } from '../../core/content.ts';
import { isDiskFull } from '../../fs/errno.ts';
import type { PackName } from '../packs/pack-name.ts';
import type { Packs } from '../packs/packs.ts';
import type { Rewritten } from './sort-packs.ts';

/** So many bytes of packs are rewritten before the old ones go. */
const AT_ONCE = 1024 * 1024 * 1024;

/**
 * Writes packs anew, without what is not wanted. Where the disk is too full for a group of them they are written one by one,
 * the one that needs the least room first, for each gives some back. Returns those for which there was none; they are as
 * they were. Needs the right to delete.
 */
export async function rewriteAsFits(
  packs: Packs,
  wanted: readonly Rewritten[],
  keep: (digest: Digest) => boolean,
  onPassed: (names: readonly PackName[]) => void,
): Promise<readonly Rewritten[]> {
  const without: Rewritten[] = [];
  for (const group of inGroups(wanted)) {
    const names = group.map(({ name }) => name);
    if (!(await fits(packs, names, keep))) {
      if (group.length === 1) without.push(...group);
      else for (const one of group.toSorted(byRoomNeeded)) if (!(await fits(packs, [one.name], keep))) without.push(one);
    }
    onPassed(names);
  }
  return without;
}

/** False where the disk is full: then what was written of the new packs is gone again. */
async function fits(packs: Packs, names: readonly PackName[], keep: (digest: Digest) => boolean): Promise<boolean> {
  packs.refresh();
  const before = packs.names();
  try {
    await packs.rewrite(names, keep);
    return true;
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    packs.refresh();
    const isComplete = names.every((name) => existsSync(join(packs.folder, name)));
    if (isComplete) for (const name of packs.names()) if (!before.has(name)) packs.remove(name);
    return false;
  }
}

function byRoomNeeded(one: Rewritten, other: Rewritten): number {
  return one.size - one.dead.bytes - (other.size - other.dead.bytes);
}

function inGroups(packs: readonly Rewritten[]): readonly (readonly Rewritten[])[] {
  const groups: Rewritten[][] = [];
  let bytes = Infinity;
  for (const pack of packs) {
    if (bytes + pack.size > AT_ONCE) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)?.push(pack);
    bytes += pack.size;
  }
  return groups;
}
