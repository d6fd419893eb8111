import type { FileHandle } from 'node:fs/promises';
import { openIfThere } from './tail-log.ts';

const BLOCK_BYTES = 64 * 1024;
/** However long the lines are, no more than this is read. */
const LIMIT_BYTES = 4 * 1024 * 1024;
const NEWLINE = 0x0a;

/** The last `count` lines of a log without their newlines, read from its end; none where there is no file. */
export async function lastLines(path: string, count: number): Promise<readonly string[]> {
  const file = await openIfThere(path);
  if (file === undefined || count <= 0) {
    await file?.close();
    return [];
  }
  try {
    const text = (await readEnd(file, count)).toString('utf8');
    return text === '' ? [] : text.replace(/\n$/, '').split('\n').slice(-count);
  } finally {
    await file.close();
  }
}

/** Whole lines unless the limit cuts the first one. */
async function readEnd(file: FileHandle, count: number): Promise<Buffer> {
  const { size } = await file.stat();
  const blocks: Buffer[] = [];
  let start = size;
  let newlines = 0;
  // One more newline than lines: the last line has one of its own.
  while (start > 0 && newlines <= count && size - start < LIMIT_BYTES) {
    const length = Math.min(BLOCK_BYTES, start);
    start -= length;
    const block = Buffer.alloc(length);
    const { bytesRead } = await file.read(block, 0, length, start);
    newlines += countNewlines(block);
    blocks.unshift(block.subarray(0, bytesRead));
  }
  return Buffer.concat(blocks);
}

function countNewlines(block: Buffer): number {
  let found = 0;
  for (let at = block.indexOf(NEWLINE); at !== -1; at = block.indexOf(NEWLINE, at + 1)) found += 1;
  return found;
}
