import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest } from '../../core/content.ts';
import { isErrno, withIoErrors } from '../../fs/errno.ts';
import type { CorruptFolder } from '../objects/corrupt-folder.ts';
import type { ObjectSink, ObjectSource } from '../objects/ports.ts';
import { mergeSegments } from './merge-segments.ts';
import { NO_BYTES, RECORD } from './record-format.ts';
import type { Position, SegmentIndex } from './segment-index.ts';
import { isIntact, SegmentReader } from './segment-reader.ts';
import { isSegmentName, newSegmentName } from './segment-name.ts';
import { SegmentWriter } from './segment-writer.ts';

interface Segment {
  readonly index: SegmentIndex;
  read(position: Position): Buffer;
}

/**
 * Small objects and run-cache entries in append-only segments: thousands of them cost a few sequential
 * writes and one fsync. A process appends to a segment of its own, so that writers never meet.
 */
export class Journal implements ObjectSource, ObjectSink {
  readonly #folder: string;
  readonly #corrupt: CorruptFolder;
  /** By name; names sort by age. */
  readonly #readers = new Map<string, SegmentReader>();
  #newestFirst: readonly SegmentReader[] | undefined;
  #writer: SegmentWriter | undefined;

  constructor(folder: string, corrupt: CorruptFolder) {
    this.#folder = folder;
    this.#corrupt = corrupt;
  }

  sizeOf(digest: Digest): number | undefined {
    return this.#find(digest)?.position.length;
  }

  read(digest: Digest): Buffer | undefined {
    const found = this.#find(digest);
    return found?.segment.read(found.position);
  }

  fileOf(): undefined {
    return undefined;
  }

  /** Was written by this process, from bytes that it had hashed. */
  isOwn(digest: Digest): boolean {
    const found = this.#writer?.index.object(digest);
    return found !== undefined && found !== 'broken';
  }

  put(digest: Digest, bytes: Uint8Array): void {
    this.#openWriter().append(RECORD.object, digest, bytes);
  }

  setAside(digest: Digest): void {
    const bytes = this.read(digest);
    if (bytes === undefined) return;
    this.#corrupt.keepBytes(digest, bytes);
    this.#openWriter().append(RECORD.broken, digest, NO_BYTES);
    this.push();
  }

  addRun(key: Digest, payload: Uint8Array): void {
    this.#openWriter().append(RECORD.run, key, payload);
  }

  /** Payloads filed under the key, last written first; damaged ones are left out. */
  runs(key: Digest): readonly Buffer[] {
    this.refresh();
    const payloads: Buffer[] = [];
    for (const segment of this.#segments()) {
      for (const position of segment.index.runs(key).toReversed()) {
        const payload = segment.read(position);
        if (isIntact(payload, position)) payloads.push(payload);
      }
    }
    return payloads;
  }

  push(): void {
    this.#writer?.push();
  }

  async flush(): Promise<void> {
    await this.#writer?.sync();
  }

  /** Seals what this process wrote; merges segments where there are many, and is then true. */
  async close(): Promise<boolean> {
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
    return writer !== undefined && (await mergeSegments(this.#folder, this.#corrupt));
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

  #find(digest: Digest): { segment: Segment; position: Position } | undefined {
    for (const segment of this.#segments()) {
      const found = segment.index.object(digest);
      if (found === 'broken') return undefined;
      if (found !== undefined) return { segment, position: found };
    }
    return undefined;
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

  /** Opens segments that are new here. One that vanishes while we look was merged: then its bytes are under a new name. */
  #load(): boolean {
    let opened = 0;
    for (let complete = false; !complete;) {
      complete = true;
      for (const name of this.#unknownNames()) {
        try {
          this.#readers.set(name, new SegmentReader(join(this.#folder, name)));
          opened += 1;
        } catch (error) {
          if (!isErrno(error, 'ENOENT')) throw error;
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
    return listSegments(this.#folder).filter((name) => !this.#readers.has(name) && join(this.#folder, name) !== own);
  }
}

function listSegments(folder: string): readonly string[] {
  return withIoErrors('read the folder', folder, () => {
    try {
      return readdirSync(folder).filter(isSegmentName);
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return [];
      throw error;
    }
  });
}
