import { join } from 'node:path';
import { Packs } from '../../../src/cache/packs/packs.ts';
import type { PackName } from '../../../src/cache/packs/pack-name.ts';
import { PackWriter } from '../../../src/cache/packs/pack-writer.ts';
import { corruptFolder } from '../../../src/cache/objects/corrupt-folder.ts';
import type { Digest } from '../../../src/core/content.ts';
import { hashBytes } from '../../../src/fs/hash.ts';

export function binary(digest: Digest): Buffer {
  return Buffer.from(digest, 'hex');
}

export function digestOf(bytes: string | Uint8Array): Buffer {
  return binary(hashBytes(bytes));
}

/** One pack with these entries. */
export function writePack(folder: string, entries: readonly (string | Uint8Array)[], kind: 'file' | 'tree' = 'file'): PackName {
  const writer = new PackWriter(folder);
  for (const entry of entries) writer.put(digestOf(entry), Buffer.from(entry), kind);
  const name = writer.seal();
  if (name === undefined) throw new Error('nothing was put');
  return name;
}

/** As a command would open them; broken entries go to `<folder>/../corrupt`. */
export function openPacks(folder: string): Packs {
  return new Packs(folder, corruptFolder(join(folder, '..', 'corrupt')));
}
