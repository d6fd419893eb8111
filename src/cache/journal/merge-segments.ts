import { readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { isErrno, withIoErrors } from '../../fs/errno.ts';
import { hashBytes } from '../../fs/hash.ts';
import { isGone } from '../../fs/process-identity.ts';
import { removeOldTemporaries } from '../../fs/old-temporaries.ts';
import { tryLock } from '../../fs/project-lock.ts';
import { temporaryName } from '../../fs/temporary-name.ts';
import type { CorruptFolder } from '../objects/corrupt-folder.ts';
import { RECORD } from './record-format.ts';
import { isSegmentName, newSegmentName } from './segment-name.ts';
import { isIntact, SegmentReader } from './segment-reader.ts';
import { SegmentWriter } from './segment-writer.ts';

/** Every command that looks an object up opens all segments. */
const MOST_SEGMENTS = 8;
/** Larger ones are left as they are: copying them again and again would cost more than opening them. */
const LARGE_BYTES = 16 * 1024 * 1024;

/**
 * Where there are many small segments that nobody writes any more, one takes their place: complete and
 * durable before they go, so that readers find every object at every moment. Does nothing while
 * another process merges. True where it merged.
 */
export async function mergeSegments(folder: string, corrupt: CorruptFolder): Promise<boolean> {
  if (segmentNames(folder).length <= MOST_SEGMENTS) return false;
  const lock = tryLock(join(folder, 'merge.lock'), 'merge of the journal');
  if (lock === undefined) return false;
  try {
    removeOldTemporaries(folder);
    const finished = openFinished(folder);
    try {
      if (finished.length < 2) return false;
      await writeMerged(folder, finished, corrupt);
      return true;
    } finally {
      for (const segment of finished) segment.reader.close();
    }
  } finally {
    lock.release();
  }
}

interface NamedReader {
  readonly name: string;
  readonly reader: SegmentReader;
}

async function writeMerged(folder: string, oldestFirst: readonly NamedReader[], corrupt: CorruptFolder): Promise<void> {
  const newest = oldestFirst[oldestFirst.length - 1]?.name;
  const writer = new SegmentWriter(join(folder, temporaryName()));
  try {
    for (const { reader } of oldestFirst) copyRuns(reader, writer);
    for (const { reader } of oldestFirst.toReversed()) copyObjects(reader, writer, corrupt);
    await writer.seal(join(folder, newSegmentName(newest)));
  } finally {
    writer.close();
  }
  for (const { reader } of oldestFirst) withIoErrors('delete the merged', reader.path, () => unlinkSync(reader.path));
}

function copyRuns(reader: SegmentReader, writer: SegmentWriter): void {
  for (const [key, positions] of reader.index.allRuns()) {
    for (const position of positions) {
      const payload = reader.read(position);
      if (isIntact(payload, position)) writer.append(RECORD.run, key, payload);
    }
  }
}

/** Called newest first: what is there already is newer. */
function copyObjects(reader: SegmentReader, writer: SegmentWriter, corrupt: CorruptFolder): void {
  for (const [digest, found] of reader.index.objects()) {
    if (writer.index.object(digest) !== undefined) continue;
    if (found === 'broken') {
      writer.append(RECORD.broken, digest, new Uint8Array(0));
      continue;
    }
    const bytes = reader.read(found);
    if (hashBytes(bytes) === digest) writer.append(RECORD.object, digest, bytes);
    else corrupt.keepBytes(digest, bytes);
  }
}

function openFinished(folder: string): readonly NamedReader[] {
  const finished: NamedReader[] = [];
  for (const name of [...segmentNames(folder)].sort()) {
    const reader = new SegmentReader(join(folder, name));
    const isFinished = reader.isClosed || (reader.owner !== undefined && isGone(reader.owner));
    if (isFinished && reader.size < LARGE_BYTES) finished.push({ name, reader });
    else reader.close();
  }
  return finished;
}

function segmentNames(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter(isSegmentName);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  }
}
