import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** The end of the output that an error shows. */
const TAIL_LINES = 10;
const TAIL_CHARACTERS = 8192;
const FOLDER_MISSING = 'ENOENT';

export interface OutputLog {
  write(bytes: Uint8Array): void;
  /** Hands on what is left of a cut character; closes the file. */
  close(): void;
  /** The last lines so far, without the final newline. */
  tail(): readonly string[];
  /** The first error of writing the file (disk full); later bytes are still handed on. */
  readonly failure: () => NodeJS.ErrnoException | undefined;
}

/**
 * Output of one stage: bytes as they are to the file (made with the first byte, so that a silent
 * stage leaves none), text to `onText`. Bytes that are not UTF-8 become U+FFFD in the text only.
 */
export function openOutputLog(path: string, onText: (text: string) => void): OutputLog {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let file: number | undefined;
  let failed: NodeJS.ErrnoException | undefined;
  let last = '';

  function toFile(bytes: Uint8Array): void {
    if (failed !== undefined) return;
    try {
      file ??= openForAppend(path);
      for (let offset = 0; offset < bytes.length;) offset += writeSync(file, bytes, offset);
    } catch (error) {
      failed = error as NodeJS.ErrnoException;
    }
  }

  function toText(text: string): void {
    if (text === '') return;
    last = (last + text).slice(-TAIL_CHARACTERS);
    onText(text);
  }

  return {
    write: (bytes) => {
      toFile(bytes);
      toText(decoder.decode(bytes, { stream: true }));
    },
    close: () => {
      toText(decoder.decode());
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
    tail: () =>
      last
        .replace(/\r?\n$/, '')
        .split(/\r?\n/)
        .slice(-TAIL_LINES)
        .filter((line, _, lines) => lines.length > 1 || line !== ''),
    failure: () => failed,
  };
}

function openForAppend(path: string): number {
  try {
    return openSync(path, 'a');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== FOLDER_MISSING) throw error;
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, 'a');
  }
}
