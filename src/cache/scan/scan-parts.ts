import type { BytePath } from '../../fs/byte-path.ts';
import { joinRows, partOfRows, rowNotBelow, type Rows } from '../../fs/stat-index/rows.ts';
import { checkFolder, PART_NAMES, type ManyNames, type ScannedFolder } from './scan-folder.ts';
import type { ScannedNames } from './scan-names.ts';

/** Some names of a folder, and which of the known rows they may be. */
export interface Part {
  readonly from: number;
  readonly to: number;
  /** Undefined: exactly those rows. */
  readonly names?: readonly BytePath[];
}

/** One folder level with more names than one thread should look at. */
export async function scanParts(
  folder: BytePath,
  known: Rows,
  many: ManyNames,
  scanPart: (part: Part) => Promise<ScannedNames>,
): Promise<ScannedFolder> {
  const parts = many.names === undefined ? partsOfRows(known) : partsOfNames(known, many.names);
  const scanned = await Promise.all(parts.map(scanPart));
  const isSettledStill = checkFolder(folder, many.whole);
  const isSame = scanned.every((each) => each.rows === undefined);
  const rows = isSame ? undefined : joinRows(scanned.map((each, at) => each.rows ?? rowsOfPart(known, parts[at] as Part)));
  return {
    ...(rows === undefined ? {} : { rows }),
    hasLeftovers: many.hasLeftovers ?? false,
    folders: scanned.flatMap((each) => each.folders),
    special: scanned.flatMap((each) => each.special),
    bytes: scanned.reduce((sum, each) => sum + each.bytes, 0),
    whole:
      many.names === undefined
        ? many.whole
        : {
            ...many.whole,
            nothingIgnored: scanned.every((each) => each.nothingIgnored),
            trusted: many.whole.trusted && isSettledStill,
          },
  };
}

function rowsOfPart(known: Rows, part: Part): Rows {
  return partOfRows(known, part.from, part.to);
}

function partsOfRows(known: Rows): readonly Part[] {
  const parts: Part[] = [];
  const count = known.types.length;
  for (let from = 0; from < count; from += PART_NAMES) parts.push({ from, to: Math.min(count, from + PART_NAMES) });
  return parts;
}

function partsOfNames(known: Rows, names: readonly BytePath[]): readonly Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (let first = 0; first < names.length; first += PART_NAMES) {
    const next = names[first + PART_NAMES];
    const to = next === undefined ? known.types.length : rowNotBelow(known, next);
    parts.push({ from, to, names: names.slice(first, first + PART_NAMES) });
    from = to;
  }
  return parts;
}
