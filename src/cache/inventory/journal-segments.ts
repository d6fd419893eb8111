import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest } from '../../core/content.ts';
import { asIoError, isErrno } from '../../fs/errno.ts';
import { hashBytes } from '../../fs/hash.ts';
import type { StoredObject } from '../objects/ports.ts';
import { SegmentReader } from '../journal/segment-reader.ts';
import { segmentsIn } from '../journal/segment-name.ts';

/** A segment that merges away between listing and opening has its bytes under a new name. */
const MOST_ATTEMPTS = 10;

export interface OpenSegment {
  readonly name: string;
  readonly reader: SegmentReader;
  /** When it was last written to, Unix milliseconds. */
  readonly changedMs: number;
}

/** All segments of a journal, newest first; to be closed by the caller. Throws MLO_CACHE_IO, MLO_FORMAT_VERSION. */
export function openSegments(folder: string, isWanted: (name: string) => boolean = () => true): readonly OpenSegment[] {
  for (let attempt = 1; ; attempt += 1) {
    const open: OpenSegment[] = [];
    try {
      for (const name of segmentNames(folder).filter(isWanted)) {
        const path = join(folder, name);
        open.push({ name, changedMs: statSync(path).mtimeMs, reader: new SegmentReader(path) });
      }
      return open;
    } catch (error) {
      closeSegments(open);
      if (!isErrno(error, 'ENOENT') || attempt === MOST_ATTEMPTS) throw asIoError(error, 'read the journal', folder);
    }
  }
}

export function closeSegments(segments: readonly OpenSegment[]): void {
  for (const { reader } of segments) reader.close();
}

export interface JournalObject extends StoredObject {
  readonly changedMs: number;
}

/** Objects of the journal as a reader finds them: the newest record of each decides. */
export function* journalObjects(newestFirst: readonly OpenSegment[]): Generator<JournalObject> {
  const seen = new Set<Digest>();
  for (const { reader, changedMs } of newestFirst) {
    for (const [digest, found] of reader.index.objects()) {
      if (seen.has(digest)) continue;
      seen.add(digest);
      if (found !== 'broken') yield { digest, size: found.length, changedMs };
    }
  }
}

/** Bytes of an object, verified; undefined where no segment has good ones. */
export function readJournalObject(newestFirst: readonly OpenSegment[], digest: Digest): Buffer | undefined {
  for (const { reader } of newestFirst) {
    const found = reader.index.object(digest);
    if (found === 'broken') return undefined;
    const bytes = found === undefined ? undefined : reader.read(found);
    if (bytes !== undefined && hashBytes(bytes) === digest) return bytes;
  }
  return undefined;
}

export function segmentNames(folder: string): readonly string[] {
  return segmentsIn(folder).sort().toReversed();
}
