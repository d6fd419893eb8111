import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { toBytePath } from '../../fs/byte-path.ts';
import { isErrno, withIoErrors } from '../../fs/errno.ts';
import { hashBytes } from '../../fs/hash.ts';
import { isGone } from '../../fs/process-identity.ts';
import { removeOldTemporaries } from '../../fs/old-temporaries.ts';
import { tryLock, type HeldLock } from '../../fs/project-lock.ts';
import { temporaryName } from '../../fs/temporary-name.ts';
import type { CorruptFolder } from '../objects/corrupt-folder.ts';
import { PackWriter } from '../packs/pack-writer.ts';
import type { Packs } from '../packs/packs.ts';
import { RECORD } from './record-format.ts';
import { newSegmentName, segmentsIn } from './segment-name.ts';
import { isIntact, SegmentReader } from './segment-reader.ts';
import { SegmentWriter } from './segment-writer.ts';

/** Every command that looks an object up opens all segments. */
const MOST_SEGMENTS = 8;
/** Larger ones that hold nothing but run-cache entries are left as they are: copying them again and again would cost more than opening them. */
const LARGE_BYTES = 16 * 1024 * 1024;

export interface MergeOptions {
  /** Also where there are few segments. */
  readonly always?: boolean;
  /** Objects that nobody wants any more go; all are kept where this is absent. */
  readonly keep?: (digest: Digest) => boolean;
  /** Run-cache entries, by their payload, that nobody wants any more go. */
  readonly keepRun?: (payload: Buffer) => boolean;
}

/**
 * Empties segments that nobody writes any more: their objects move to a pack, their run-cache entries to one segment.
 * Both are complete and durable before the old ones go, so that readers find everything at every moment. Does nothing
 * where there are few segments, or another process is at it. True where it merged.
 */
export async function mergeSegments(
  folder: string,
  packs: Packs,
  corrupt: CorruptFolder | undefined,
  options: MergeOptions = {},
): Promise<boolean> {
  const isWanted = options.always === true ? segmentsIn(folder).length > 0 : segmentsIn(folder).length > MOST_SEGMENTS;
  const lock = isWanted ? takeLock(join(folder, 'merge.lock')) : undefined;
  if (lock === undefined) return false;
  try {
    removeOldTemporaries(toBytePath(folder));
    removeOldTemporaries(toBytePath(packs.folder));
    const finished = openFinished(folder, options.always === true);
    try {
      if (finished.length < (options.always === true ? 1 : 2)) return false;
      await moveObjects(finished, { packs, corrupt, keep: options.keep ?? (() => true) });
      await writeMerged(folder, finished, options.keepRun ?? (() => true));
      await packs.combineSmall();
      for (const { reader } of finished) withIoErrors('delete the merged', reader.path, () => rmSync(reader.path, { force: true }));
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

/** A lock of another user that cannot be read is held by somebody else. */
function takeLock(path: string): HeldLock | undefined {
  try {
    return tryLock(path, 'merge of the journal');
  } catch (error) {
    if (error instanceof MloError && isErrno(error.cause, 'EACCES')) return undefined;
    throw error;
  }
}

interface Target {
  readonly packs: Packs;
  readonly corrupt: CorruptFolder | undefined;
  readonly keep: (digest: Digest) => boolean;
}

/** A copy whose bytes are right is good, whatever was said about other copies; one whose bytes are wrong goes to `corrupt/`. */
async function moveObjects(segments: readonly NamedReader[], target: Target): Promise<void> {
  const { packs } = target;
  const writer = new PackWriter(packs.folder);
  try {
    for (const { reader } of segments.toReversed()) copyObjects(reader, writer, target);
    writer.seal();
  } catch (error) {
    writer.abandon();
    throw error;
  }
  packs.adopt(writer.sealed);
  await packs.flush();
}

function copyObjects(reader: SegmentReader, writer: PackWriter, { packs, corrupt, keep }: Target): void {
  for (const [digest, found] of reader.index.objects()) {
    if (found === 'broken' || !keep(digest)) continue;
    const binary = Buffer.from(digest, 'hex');
    if (writer.has(binary)) continue;
    const bytes = reader.read(found);
    if (hashBytes(bytes) !== digest) corrupt?.keepBytes(digest, bytes);
    else if (packs.readBytes(binary) === undefined) writer.put(binary, bytes, looksLikeTree(bytes) ? 'tree' : 'file', 'journal');
  }
}

function looksLikeTree(bytes: Buffer): boolean {
  return bytes.subarray(0, 9).toString('latin1') === 'mlo-tree ';
}

/** Broken marks stay, for segments that were not merged may have the object. */
async function writeMerged(folder: string, oldestFirst: readonly NamedReader[], keepRun: (payload: Buffer) => boolean): Promise<void> {
  if (!oldestFirst.some(({ reader }) => hasMoreThanObjects(reader))) return;
  const newest = oldestFirst[oldestFirst.length - 1]?.name;
  const writer = new SegmentWriter(join(folder, temporaryName()));
  try {
    for (const { reader } of oldestFirst) copyRuns(reader, writer, keepRun);
    for (const { reader } of oldestFirst) copyMarks(reader, writer);
    await writer.seal(join(folder, newSegmentName(newest)));
  } finally {
    writer.close();
  }
}

function hasMoreThanObjects({ index }: SegmentReader): boolean {
  for (const _ of index.allRuns()) return true;
  for (const [, found] of index.objects()) if (found === 'broken') return true;
  return false;
}

function copyRuns(reader: SegmentReader, writer: SegmentWriter, keepRun: (payload: Buffer) => boolean): void {
  for (const [key, positions] of reader.index.allRuns()) {
    for (const position of positions) {
      const payload = reader.read(position);
      if (isIntact(payload, position) && keepRun(payload)) writer.append(RECORD.run, key, payload);
    }
  }
}

function copyMarks(reader: SegmentReader, writer: SegmentWriter): void {
  for (const [digest, found] of reader.index.objects()) {
    if (found === 'broken' && writer.index.object(digest) === undefined) writer.append(RECORD.broken, digest, new Uint8Array(0));
  }
}

function openFinished(folder: string, alsoLarge: boolean): readonly NamedReader[] {
  const finished: NamedReader[] = [];
  for (const name of segmentsIn(folder).sort()) {
    const reader = new SegmentReader(join(folder, name));
    const isFinished = reader.isClosed || (reader.owner !== undefined && isGone(reader.owner));
    if (isFinished && (alsoLarge || reader.size < LARGE_BYTES || hasObjects(reader))) finished.push({ name, reader });
    else reader.close();
  }
  return finished;
}

function hasObjects({ index }: SegmentReader): boolean {
  for (const [, found] of index.objects()) if (found !== 'broken') return true;
  return false;
}
