import type { Digest } from '../../core/content.ts';
import type { PackName } from './pack-name.ts';
import type { PackReader } from './pack-reader.ts';
import { PackWriter } from './pack-writer.ts';
import { sortedByPosition } from './sort-positions.ts';

export interface RewriteOptions {
  readonly keep: (digest: Digest) => boolean;
  /** Called for wanted entries whose bytes are wrong, as they are stored: they are left out. */
  readonly onBroken: (digest: Digest, stored: Buffer) => void;
}

/** Copies the entries that are wanted, and whose bytes are right, as they are stored, into new packs; not yet durable. */
export function rewritePacks(folder: string, readers: readonly PackReader[], options: RewriteOptions): readonly PackName[] {
  const writer = new PackWriter(folder);
  try {
    for (const reader of readers) copyEntries(reader, writer, options);
    writer.seal();
    return writer.sealed;
  } catch (error) {
    writer.abandon();
    throw error;
  }
}

function copyEntries(reader: PackReader, writer: PackWriter, { keep, onBroken }: RewriteOptions): void {
  const { index } = reader;
  // Files of a folder stay next to each other.
  for (const row of sortedByPosition(index.count, (each) => index.position(each))) {
    const digest = index.digest(row);
    if (writer.has(digest)) continue;
    const hex = digest.toString('hex') as Digest;
    if (!keep(hex)) continue;
    const location = index.location(row);
    const stored = reader.readStored(location);
    if (reader.verify(stored, location, digest) === undefined) onBroken(hex, stored);
    else writer.putStored(digest, stored, location.raw, location.encoding);
  }
}
