// The whole module and not its functions: a stage's reads are noticed by what stands in it while the stage runs.
import fs from 'node:fs';
import { dataError } from '../../core/formats/data-error.ts';
import { shownPath } from './shown-path.ts';

/** What one call of the operating system reads at most. */
const LARGEST_READ = 1024 * 1024 * 1024;

export interface DataFile {
  /** For messages. */
  readonly shown: string;
  /** Bytes, when it was opened. */
  readonly size: number;
  /** Fills `target` from that position; returns how many bytes there were. */
  read(target: Uint8Array, position: number): number;
  close(): void;
}

/** A file (no folder, no FIFO) for reading. Throws MLO_DATA. */
export function openDataFile(path: string): DataFile {
  const shown = shownPath(path);
  // Without O_NONBLOCK the opening of a FIFO would wait for somebody to write.
  const file = told(shown, 'read', () => fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK));
  try {
    const stat = fs.fstatSync(file);
    if (!stat.isFile())
      throw dataError(shown, 'this is no file', { found: stat.isDirectory() ? 'a folder' : 'something that is no plain file' });
    return {
      shown,
      size: stat.size,
      read: (target, position) => told(shown, 'read', () => readFully(file, target, position)),
      close: () => fs.closeSync(file),
    };
  } catch (error) {
    fs.closeSync(file);
    throw error;
  }
}

function readFully(file: number, target: Uint8Array, position: number): number {
  let done = 0;
  while (done < target.length) {
    const read = fs.readSync(file, target, done, Math.min(target.length - done, LARGEST_READ), position + done);
    if (read === 0) break;
    done += read;
  }
  return done;
}

/** Runs `work`; errors of the operating system become MLO_DATA. */
export function told<T>(shown: string, doing: 'read' | 'written', work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { code, syscall, message } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    if (code === 'ENOENT') throw dataError(shown, 'it does not exist', { cause: error });
    throw dataError(shown, `it cannot be ${doing}: ${code === 'EACCES' ? 'permission denied' : message}`, { cause: error });
  }
}
