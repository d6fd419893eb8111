import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest } from '../../core/content.ts';
import { hashBytes } from '../../fs/hash.ts';
import type { CheckResult, Damage } from './damage.ts';
import { readable } from './readable.ts';

/** Reads loose objects that fit into memory, one after the other. */
export function checkLoose(folder: string, digests: readonly Digest[]): CheckResult {
  const damages: Damage[] = [];
  let bytes = 0;
  for (const digest of digests) {
    const file = join(folder, digest.slice(0, 2), digest.slice(2));
    const result = readable('object', file, () => checkOne(file, digest));
    damages.push(...result.damages.map((damage) => ({ ...damage, digest })));
    bytes += result.bytes;
  }
  return { bytes, objects: digests.length, runs: 0, damages };
}

function checkOne(file: string, digest: Digest): CheckResult {
  const handle = openSync(file, 'r');
  try {
    const content = readFileSync(handle);
    const damages = hashBytes(content) === digest ? [] : [brokenFile(file, digest)];
    return { bytes: content.length, objects: 1, runs: 0, damages };
  } finally {
    closeSync(handle);
  }
}

export function brokenFile(file: string, digest: Digest): Damage {
  return { kind: 'object', file, digest, why: 'its bytes do not have that digest' };
}
