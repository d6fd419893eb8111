import { createCipheriv, createHash } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const PIECE_BYTES = 2 ** 22;
/** Files that were touched just now are read again by every index of file times, Git's too. */
const SETTLE_MS = 2500;

export interface TreeShape {
  readonly files: number;
  readonly folders: number;
  readonly bytes: number;
}

/** The same names and the same random bytes for the same shape, wherever it is written. */
export async function writeTree(folder: string, { files, folders, bytes }: TreeShape): Promise<void> {
  const random = randomBytes('tree');
  for (let index = 0; index < folders; index += 1) mkdirSync(join(folder, folderName(index)), { recursive: true });
  for (let index = 0; index < files; index += 1) {
    writeFileSync(join(folder, fileName(index, folders)), random(bytes));
    if (index % 5000 === 0) await setTimeout(0);
  }
  await setTimeout(SETTLE_MS);
}

/** `d007/f00000707.bin`: files go round the folders. */
function fileName(index: number, folders: number): string {
  return join(folderName(index % folders), `f${String(index).padStart(8, '0')}.bin`);
}

/** New bytes of the same length; `seed` makes them differ from those before. */
export function changeFiles(folder: string, indexes: readonly number[], { folders, bytes }: TreeShape, seed: string): void {
  const random = randomBytes(seed);
  for (const index of indexes) writeFileSync(join(folder, fileName(index, folders)), random(bytes));
}

/** Random bytes, on the disk when it returns. */
export async function writeBigFile(path: string, bytes: number): Promise<void> {
  const random = randomBytes('big');
  const file = openSync(path, 'w');
  for (let written = 0; written < bytes; written += PIECE_BYTES) {
    writeSync(file, random(Math.min(PIECE_BYTES, bytes - written)));
    if (written % (64 * PIECE_BYTES) === 0) await setTimeout(0);
  }
  fsyncSync(file);
  closeSync(file);
  await setTimeout(SETTLE_MS);
}

function folderName(index: number): string {
  return `d${String(index).padStart(3, '0')}`;
}

/** A stream of bytes that nothing can compress, and that is the same for the same seed. */
function randomBytes(seed: string): (bytes: number) => Buffer {
  const key = createHash('sha256').update(seed).digest();
  const cipher = createCipheriv('aes-128-ctr', key.subarray(0, 16), key.subarray(16, 32));
  return (bytes) => cipher.update(Buffer.alloc(bytes));
}
