import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest } from '../../core/content.ts';
import { asIoError, isErrno } from '../../fs/errno.ts';
import { hashBytes } from '../../fs/hash.ts';
import type { CorruptFolder } from '../objects/corrupt-folder.ts';
import type { ObjectSource, StoredObject } from '../objects/ports.ts';
import type { Packs } from '../packs/packs.ts';
import { mergeSegments, type MergeOptions } from './merge-segments.ts';
import { NO_BYTES, RECORD } from './record-format.ts';
import type { Position, SegmentIndex } from './segment-index.ts';
import { isIntact, SegmentReader } from './segment-reader.ts';
import { newSegmentName, segmentsIn } from './segment-name.ts';
import { SegmentWriter } from './segment-writer.ts';

/** A name that cannot be opened again and again was not merged meanwhile. */
const MOST_ATTEMPTS = 10;

interface Segment {
  readonly index: SegmentIndex;
  read(position: Position): Buffer;
}

/**
 * Small objects and run-cache entries in append-only segments: thousands of them cost a few sequential
 * writes and one fsync. A process appends to a segment of its own, so that writers never meet.
 */
export class Journal implements ObjectSource {
  readonly #folder: string;
  readonly #corrupt: CorruptFolder | undefined;
  /** By name; names sort by age. */
  readonly #readers = new Map<string, SegmentReader>();
  #newestFirst: readonly SegmentReader[] | undefined;
  /** When the folder had last changed as its names were read, milliseconds. */
  #listedMs: number | undefined;
  #writer: SegmentWriter | undefined;

  /** Without `corrupt` broken objects stay where they are. */
  constructor(folder: string, corrupt: CorruptFolder | undefined) {
    this.#folder = folder;
    this.#corrupt = corrupt;
  }

  sizeOf(digest: Digest): number | undefined {
    for (const segment of this.#segments()) {
      const found = segment.index.object(digest);
      if (found !== undefined) return found === 'broken' ? undefined : found.length;
    }
    return undefined;
  }

  /** Where a newer copy is broken and an older one good, the good one is written once more, so that it is found first. */
  read(digest: Digest, onBroken?: () => void): Buffer | undefined {
    let broken: Buffer | undefined;
    for (const segment of this.#segments()) {
      const found = segment.index.object(digest);
      if (found === 'broken') break;
      if (found === undefined) continue;
      const bytes = segment.read(found);
      if (hashBytes(bytes) === digest) {
        if (broken !== undefined && this.#corrupt !== undefined) this.put(digest, bytes);
        return bytes;
      }
      broken ??= bytes;
      onBroken?.();
    }
    if (broken !== undefined) this.#setAside(digest, broken);
    return undefined;
  }

  *objects(): Generator<StoredObject> {
    for (const segment of this.#segments()) {
      for (const [digest, found] of segment.index.objects()) if (found !== 'broken') yield { digest, size: found.length };
    }
  }

  fileOf(): undefined {
    return undefined;
  }

  /** Was written by this process, from bytes that it had hashed. */
  isOwn(digest: Digest): boolean {
    const found = this.#writer?.index.object(digest);
    return found !== undefined && found !== 'broken';
  }

  /** In the kernel's hands at the latest when `push` returns. */
  put(digest: Digest, bytes: Uint8Array): void {
    this.#openWriter().append(RECORD.object, digest, bytes);
  }

  addRun(key: Digest, payload: Uint8Array): void {
    this.#openWriter().append(RECORD.run, key, payload);
  }

  /** Payloads filed under the key, last written first; damaged ones are left out. */
  runs(key: Digest): readonly Buffer[] {
    if (!this.#isAsListed()) this.refresh();
    const payloads: Buffer[] = [];
    for (const segment of this.#segments()) {
      for (const position of segment.index.runs(key).toReversed()) {
        const payload = segment.read(position);
        if (isIntact(payload, position)) payloads.push(payload);
      }
    }
    return payloads;
  }

  /** Keys with payloads, in no order; damaged ones are left out. */
  *allRuns(): Generator<readonly [Digest, Buffer]> {
    if (!this.#isAsListed()) this.refresh();
    for (const segment of this.#segments()) {
      for (const [key, positions] of segment.index.allRuns()) {
        for (const position of positions) {
          const payload = segment.read(position);
          if (isIntact(payload, position)) yield [key, payload];
        }
      }
    }
  }

  push(): void {
    this.#writer?.push();
  }

  /** Makes all that was put survive a power loss. */
  async flush(): Promise<void> {
    await this.#writer?.sync();
  }

  /** Seals what this process wrote; where there are many segments, moves what is in them to packs, and is then true. */
  async close(packs: Packs): Promise<boolean> {
    return (await this.#release()) && (await mergeSegments(this.#folder, packs, this.#corrupt));
  }

  /**
   * Moves the objects of all segments that nobody writes any more to packs, without those that are not wanted, however few
   * segments there are, and without run-cache entries that are not. False where another process is at it.
   */
  async moveToPacks(packs: Packs, keep: (digest: Digest) => boolean = () => true, keepRun?: MergeOptions['keepRun']): Promise<boolean> {
    await this.#release();
    return await mergeSegments(this.#folder, packs, this.#corrupt, { always: true, keep, ...(keepRun === undefined ? {} : { keepRun }) });
  }

  refresh(): boolean {
    if (this.#newestFirst === undefined) {
      this.#load();
      return true;
    }
    let isNew = false;
    for (const reader of this.#readers.values()) if (reader.refresh()) isNew = true;
    return this.#load() || isNew;
  }

  /** True where this process had written something. */
  async #release(): Promise<boolean> {
    const writer = this.#writer;
    this.#writer = undefined;
    try {
      await writer?.seal();
    } finally {
      writer?.close();
      for (const reader of this.#readers.values()) reader.close();
      this.#readers.clear();
      this.#newestFirst = undefined;
    }
    return writer !== undefined;
  }

  #setAside(digest: Digest, bytes: Buffer): void {
    if (this.#corrupt === undefined) return;
    this.#corrupt.keepBytes(digest, bytes);
    this.#openWriter().append(RECORD.broken, digest, NO_BYTES);
    this.push();
  }

  /** Newest first: a good copy of an object that was broken comes after the broken one. */
  *#segments(): Generator<Segment> {
    if (this.#writer !== undefined) yield this.#writer;
    if (this.#newestFirst === undefined) this.#load();
    yield* this.#newestFirst ?? [];
  }

  #openWriter(): SegmentWriter {
    return (this.#writer ??= new SegmentWriter(join(this.#folder, newSegmentName())));
  }

  /** Nobody else writes here, or has come or gone since the last look. Asked for each of many stages. */
  #isAsListed(): boolean {
    const readers = [...this.#readers.values()];
    return this.#newestFirst !== undefined && readers.every((reader) => reader.isClosed) && modifiedMs(this.#folder) === this.#listedMs;
  }

  /**
   * Opens segments that are new here; true where there are any. One that vanishes while we look was merged: then its bytes are under a new
   * name.
   */
  #load(): boolean {
    let opened = 0;
    this.#listedMs = modifiedMs(this.#folder);
    for (let complete = false, attempt = 1; !complete; attempt += 1) {
      complete = true;
      for (const name of this.#unknownNames()) {
        try {
          this.#readers.set(name, new SegmentReader(join(this.#folder, name)));
          opened += 1;
        } catch (error) {
          const path = join(this.#folder, name);
          if (!isErrno(error, 'ENOENT') || attempt === MOST_ATTEMPTS) throw asIoError(error, 'read the journal', path);
          complete = false;
        }
      }
    }
    if (opened > 0 || this.#newestFirst === undefined) {
      this.#newestFirst = [...this.#readers].sort(([a], [b]) => (a < b ? 1 : -1)).map(([, reader]) => reader);
    }
    return opened > 0;
  }

  #unknownNames(): readonly string[] {
    const own = this.#writer?.path;
    return segmentsIn(this.#folder).filter((name) => !this.#readers.has(name) && join(this.#folder, name) !== own);
  }
}

function modifiedMs(folder: string): number | undefined {
  return statSync(folder, { throwIfNoEntry: false })?.mtimeMs;
}
