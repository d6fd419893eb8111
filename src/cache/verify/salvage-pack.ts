import { readFileSync } from 'node:fs';
import { DIGEST_BYTES, ENCODING, FAN_OUT_BYTES, FOOTER_BYTES, ROW_BYTES } from '../packs/pack-format.ts';
import { locationAt } from '../packs/pack-index.ts';
import { verifiedEntry } from '../packs/pack-reader.ts';
import type { PackWriter } from '../packs/pack-writer.ts';

/**
 * Copies what can be proved right out of a pack whose footer or index is damaged: each row that the index seems to have, where
 * the bytes that it names have its digest. Returns how many that were. Throws what node:fs throws.
 */
export function salvagePack(path: string, into: PackWriter): number {
  const bytes = readFileSync(path);
  let copied = 0;
  for (const rowsAt of possibleRows(bytes)) {
    for (let at = rowsAt; at + ROW_BYTES <= bytes.length - FOOTER_BYTES; at += ROW_BYTES) {
      const digest = bytes.subarray(at, at + DIGEST_BYTES);
      const location = locationAt(bytes, at + DIGEST_BYTES);
      if (location.encoding > ENCODING.zstd || location.at + location.stored > bytes.length || into.has(digest)) continue;
      const stored = bytes.subarray(location.at, location.at + location.stored);
      if (verifiedEntry(stored, location, digest) === undefined) continue;
      into.putStored(digest, stored, location.raw, location.encoding);
      copied += 1;
    }
  }
  return copied;
}

/**
 * Where the rows of the index may begin, seen from the end: after a number (the last of the fan-out) that is that of the rows.
 * Other bytes may look so too, and do no harm. Last, where the footer says.
 */
function* possibleRows(bytes: Buffer): Generator<number> {
  for (const end of [bytes.length - FOOTER_BYTES, bytes.length]) {
    for (let count = 1; end - count * ROW_BYTES - FAN_OUT_BYTES > 0; count += 1) {
      const rowsAt = end - count * ROW_BYTES;
      if (bytes.readUInt32LE(rowsAt - 4) === count) yield rowsAt;
    }
  }
  // The fan-out itself may be what is damaged.
  const indexAt = bytes.length < FOOTER_BYTES ? 0 : bytes.readUInt32LE(bytes.length - FOOTER_BYTES + 16);
  if (indexAt > 0 && indexAt + FAN_OUT_BYTES < bytes.length) yield indexAt + FAN_OUT_BYTES;
}
