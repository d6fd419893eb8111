import { writeFileAtomic } from '../../fs/write-atomic.ts';
import { told } from './data-file.ts';
import { shownPath } from './shown-path.ts';

/** The parts one after the other, as a file that is there whole or not at all; folders on the way are made. Throws MLO_DATA. */
export function writeDataFile(path: string, parts: readonly Uint8Array[]): void {
  told(shownPath(path), 'written', () => writeFileAtomic(path, parts));
}
