import { closeSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import type { Digest } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { createHasher, STREAM_BYTES } from '../../fs/hash.ts';
import { PackDamage } from '../packs/pack-format.ts';
import { openWithIndex, type PackReader } from '../packs/pack-reader.ts';
import type { CheckResult, Damage } from './damage.ts';

/** Reads a whole pack: its bytes are those of its name, frame and index are right, every entry has its digest. Throws what node:fs throws. */
export function checkPack(path: string): CheckResult {
  const whole = hashWhole(path);
  const isNamedRight = `${whole.digest}.pack` === basename(path);
  let damages: Damage[] = [];
  let objects = 0;
  try {
    const reader = openWithIndex(path);
    try {
      objects = reader.count;
      damages = brokenEntries(reader);
    } finally {
      reader.close();
    }
  } catch (error) {
    if (!(error instanceof PackDamage) && !(error instanceof MloError && error.code === 'MLO_FORMAT_VERSION' && !isNamedRight)) throw error;
    damages.push({ kind: 'pack', file: path, why: error.message });
  }
  // Where an entry is broken that is why.
  if (!isNamedRight && damages.length === 0) damages.push({ kind: 'pack', file: path, why: 'its bytes are not those of its name' });
  return { bytes: whole.bytes, objects, runs: 0, damages };
}

function brokenEntries(reader: PackReader): Damage[] {
  const { index } = reader;
  const damages: Damage[] = [];
  const locations = Array.from({ length: index.count }, (_, row) => index.location(row));
  reader.readMany(
    locations,
    (row) => index.digest(row),
    (row, bytes) => {
      if (bytes !== undefined) return;
      const why = `its bytes at ${locations[row]?.at ?? 0} do not have that digest`;
      damages.push({ kind: 'object', file: reader.path, digest: index.digest(row).toString('hex') as Digest, why });
    },
  );
  return damages;
}

function hashWhole(path: string): { readonly digest: Digest; readonly bytes: number } {
  const file = openSync(path, 'r');
  try {
    const hasher = createHasher();
    const buffer = Buffer.allocUnsafe(STREAM_BYTES);
    let bytes = 0;
    for (let read = readSync(file, buffer, 0, buffer.length, 0); read > 0; read = readSync(file, buffer, 0, buffer.length, bytes)) {
      hasher.update(buffer.subarray(0, read));
      bytes += read;
    }
    return { digest: hasher.digest(), bytes };
  } finally {
    closeSync(file);
  }
}
