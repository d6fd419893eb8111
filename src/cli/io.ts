import { writeSync } from 'node:fs';
import { MloError } from '../core/errors/mlo-error.ts';

/** Set once nothing can be written to stdout any more (`mlo runs list | head -1`): the rest is thrown away in silence. */
let outputGone = false;
const onGone: (() => void)[] = [];

/** Makes a closed pipe end the output quietly instead of crashing with EPIPE. */
export function guardStreams(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    outputGone = true;
    if (error.code !== 'EPIPE') throw unwritable(error);
    for (const listener of onGone) listener();
  });
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

/** `mlo runs export --all > /full/disk` is no fault of mlo. */
function unwritable(error: NodeJS.ErrnoException): MloError {
  const hint = error.code === 'ENOSPC' ? 'Free some space where the output goes, then run the command again' : undefined;
  return new MloError('MLO_CACHE_IO', `Cannot write the output: ${error.message}`, {
    ...(hint === undefined ? {} : { hint }),
    cause: error,
  });
}

export function onReaderGone(listener: () => void): void {
  onGone.push(listener);
}

/** What is written to stdout gets lost. */
export function isOutputGone(): boolean {
  return outputGone;
}

export function writeOut(text: string): void {
  if (!outputGone) process.stdout.write(text);
}

/** Bytes as they are; resolves when there is room for more. */
export async function writeBytes(bytes: Uint8Array): Promise<void> {
  if (outputGone) return;
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(bytes, (error) => {
      if (error === null || error === undefined || (error as NodeJS.ErrnoException).code === 'EPIPE') resolve();
      else reject(error);
    });
  });
}

export function writeErr(text: string): void {
  process.stderr.write(text);
}

/** Written in pieces of this many characters: of very long output nobody holds the whole. */
const PIECE_LENGTH = 65_536;

export function writeLines(lines: Iterable<string>): void {
  writePieces(lines, '\n');
}

/** Each with `end` behind it. */
export function writePieces(pieces: Iterable<string>, end = ''): void {
  let text = '';
  for (const piece of pieces) {
    if (outputGone) return;
    text += piece + end;
    if (text.length < PIECE_LENGTH) continue;
    writeOut(text);
    text = '';
  }
  if (text !== '') writeOut(text);
}

/** For the moment before the process ends: nothing is left in a buffer. */
export function writeErrNow(text: string): void {
  try {
    writeSync(2, text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EPIPE' && code !== 'EAGAIN' && code !== 'EBADF') throw error;
  }
}
