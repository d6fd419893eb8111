// The whole module and not its functions: what a stage writes is noticed by what stands in it while the stage runs.
import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { TEMPORARY_PREFIX } from '../../core/encoding/tree-format.ts';
import { told } from './data-file.ts';
import { shownPath } from './shown-path.ts';

/** What one call of the operating system writes at most. */
const LARGEST_WRITE = 1024 * 1024 * 1024;

/** The parts one after the other, as a file that is there whole or not at all; folders on the way are made. Throws MLO_DATA. */
export function writeDataFile(path: string, parts: readonly Uint8Array[]): void {
  const shown = shownPath(path);
  told(shown, 'written', () => {
    fs.mkdirSync(dirname(path), { recursive: true });
    const temporary = join(dirname(path), temporaryName());
    try {
      writeParts(temporary, parts);
      fs.renameSync(temporary, path);
    } catch (error) {
      fs.rmSync(temporary, { force: true });
      throw error;
    }
  });
}

function writeParts(path: string, parts: readonly Uint8Array[]): void {
  const file = fs.openSync(path, 'wx');
  try {
    for (const part of parts) {
      for (let done = 0; done < part.length;) done += fs.writeSync(file, part, done, Math.min(part.length - done, LARGEST_WRITE));
    }
  } finally {
    fs.closeSync(file);
  }
}

/** Without `Math.random`, whose numbers in a stage are the stage's own. */
function temporaryName(): string {
  return `${TEMPORARY_PREFIX}${process.pid}-${threadId}-${process.hrtime.bigint().toString(36)}`;
}
