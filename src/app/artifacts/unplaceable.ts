import { join } from 'node:path';
import type { Placing } from './place-files.ts';

/** Longer parts, and longer paths, no file system takes; bytes. */
const MOST_PART_BYTES = 255;
const MOST_PATH_BYTES = 4095;

/** An artifact, or something in one, that has no place beside the others. */
export interface Unplaced {
  readonly path: string;
  /** Completes "it is not written: …". */
  readonly why: string;
}

/** Parts the placings that can lie below one folder from those that cannot: of two in one place, the first one stays. A folder comes before what lies in it. */
export function placeable(
  target: string,
  placings: readonly Placing[],
): { readonly placings: readonly Placing[]; readonly unplaced: readonly Unplaced[] } {
  const taken = new Map<string, Placing>();
  const unplaced: Unplaced[] = [];
  for (const placing of placings) {
    const why = isLongName(placing.at)
      ? `a part of its name is longer than ${MOST_PART_BYTES} bytes`
      : Buffer.byteLength(join(target, placing.at)) > MOST_PATH_BYTES
        ? `its path is longer than ${MOST_PATH_BYTES} bytes`
        : clashOf(placing, taken);
    if (why === undefined) taken.set(placing.at, placing);
    else unplaced.push({ path: placing.at, why });
  }
  return { placings: [...taken.values()], unplaced };
}

export function isLongName(path: string): boolean {
  return path.split('/').some((part) => Buffer.byteLength(part) > MOST_PART_BYTES);
}

function clashOf({ at, content }: Placing, taken: ReadonlyMap<string, Placing>): string | undefined {
  const there = taken.get(at);
  if (there !== undefined && there.content.digest !== content.digest) return 'another artifact has that place';
  for (let end = at.indexOf('/'); end !== -1; end = at.indexOf('/', end + 1)) {
    const above = taken.get(at.slice(0, end));
    if (above !== undefined && above.content.kind !== 'tree') return `it lies below '${above.at}', which is a file`;
  }
  return undefined;
}
