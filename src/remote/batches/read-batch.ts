import { decompressed } from '../../cache/packs/entry-encoding.ts';
import { digestBytes } from '../../fs/hash.ts';
import { throwIfInterrupted } from '../../fs/interrupt.ts';
import type { Remote } from '../port.ts';
import { BATCH_START, BatchDamage, type BatchContents, type BatchRecord } from './batch-format.ts';

/** Frames that are in memory at a time: an ordinary batch as a whole. Bytes. */
export const WINDOW_BYTES = 32 * 1024 * 1024;
/** Records up to here are compared with their revision before anybody sees them, bytes. */
const WHOLE_RECORD = 8 * 1024 * 1024;

export interface RecordBytes {
  readonly record: BatchRecord;
  /** In pieces; throws BatchDamage where the bytes turn out to be others. */
  readonly pieces: () => AsyncIterable<Buffer>;
}

export interface ReadBatchOptions {
  readonly remote: Remote;
  readonly key: string;
  readonly signal?: AbortSignal;
  /** Bytes that came. */
  readonly onBytes?: (bytes: number) => void;
}

/**
 * The records in the order in which they lie there, each to be read before the next one is asked for. All that an ordinary batch is asked for is compared with
 * its digests before the first record is given. Throws BatchDamage, and MLO_REMOTE; undefined where the batch is gone.
 */
export async function openRecords(
  { blocks }: BatchContents,
  wanted: readonly BatchRecord[],
  options: ReadBatchOptions,
): Promise<AsyncIterable<RecordBytes> | undefined> {
  const source = new Blocks(blocks, wanted, options);
  return (await source.prepare()) ? eachRecord(source, wanted) : undefined;
}

async function* eachRecord(source: Blocks, wanted: readonly BatchRecord[]): AsyncGenerator<RecordBytes> {
  for (const record of wanted.toSorted((a, b) => a.at - b.at)) {
    if (record.length > WHOLE_RECORD) {
      yield { record, pieces: () => source.pieces(record) };
      continue;
    }
    const pieces: Buffer[] = [];
    for await (const piece of source.pieces(record)) pieces.push(piece);
    const bytes = Buffer.concat(pieces);
    if (!record.revision.equals(digestBytes(bytes))) throw new BatchDamage('a record does not have the digest of its revision');
    yield { record, pieces: () => once(bytes) };
  }
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

interface PlacedBlock {
  readonly digest: Buffer;
  readonly stored: number;
  readonly raw: number;
  /** In the file, and in the raw text. */
  readonly at: number;
  readonly rawAt: number;
}

/** The blocks that some records lie in, read a window at a time. */
class Blocks {
  readonly #options: ReadBatchOptions;
  readonly #wanted: readonly PlacedBlock[];
  /** Frames of the window, by number in `#wanted`. */
  #window = new Map<number, Buffer>();
  #open: { readonly number: number; readonly bytes: Buffer } | undefined;

  constructor(blocks: BatchContents['blocks'], records: readonly BatchRecord[], options: ReadBatchOptions) {
    this.#options = options;
    const spans = records.filter(({ length }) => length > 0).toSorted((a, b) => a.at - b.at);
    const wanted: PlacedBlock[] = [];
    let at = BATCH_START.length;
    let rawAt = 0;
    let next = 0;
    let needed = 0;
    for (const block of blocks) {
      const end = rawAt + block.raw;
      for (let span = spans[next]; span !== undefined && span.at < end; span = spans[next]) {
        needed = Math.max(needed, span.at + span.length);
        next += 1;
      }
      if (needed > rawAt) wanted.push({ ...block, at, rawAt });
      at += block.stored;
      rawAt = end;
    }
    this.#wanted = wanted;
  }

  async prepare(): Promise<boolean> {
    return this.#wanted.length === 0 || (await this.#load(0));
  }

  async *pieces({ at, length }: BatchRecord): AsyncGenerator<Buffer> {
    const end = at + length;
    let number = this.#wanted.findIndex((block) => block.rawAt + block.raw > at);
    for (let from = at; from < end; number += 1) {
      const block = this.#wanted[number];
      if (block === undefined || block.rawAt > from) throw new Error('A record was asked for that was not announced');
      const bytes = await this.#block(number, block);
      const piece = bytes.subarray(from - block.rawAt, Math.min(block.raw, end - block.rawAt));
      yield piece;
      from += piece.length;
    }
  }

  async #block(number: number, block: PlacedBlock): Promise<Buffer> {
    if (this.#open?.number === number) return this.#open.bytes;
    throwIfInterrupted(this.#options.signal);
    if (!this.#window.has(number) && !(await this.#load(number))) throw new BatchDamage('it went away while it was read');
    const bytes = decompressed(this.#window.get(number) as Buffer, block.raw);
    if (bytes === undefined) throw new BatchDamage('a block is no zstd frame of the length that it should have');
    this.#open = { number, bytes };
    return bytes;
  }

  /** Reads and checks the blocks from this one on. False where nothing lies at the key. */
  async #load(first: number): Promise<boolean> {
    this.#window = new Map();
    let room = WINDOW_BYTES;
    for (let number = first; number < this.#wanted.length && room > 0;) {
      const run = this.#neighbours(number, room);
      const bytes = await this.#read(run);
      if (bytes === undefined) return false;
      const start = (run[0] as PlacedBlock).at;
      for (const block of run) {
        const frame = bytes.subarray(block.at - start, block.at - start + block.stored);
        if (!block.digest.equals(digestBytes(frame))) throw new BatchDamage('the bytes of a block do not have its digest');
        this.#window.set(number, frame);
        number += 1;
        room -= block.stored;
      }
    }
    return true;
  }

  #neighbours(first: number, room: number): readonly PlacedBlock[] {
    const run: PlacedBlock[] = [];
    let end: number | undefined;
    let length = 0;
    for (let number = first; number < this.#wanted.length; number += 1) {
      const block = this.#wanted[number] as PlacedBlock;
      if (end !== undefined && (block.at !== end || length + block.stored > room)) break;
      run.push(block);
      length += block.stored;
      end = block.at + block.stored;
    }
    return run;
  }

  /** A damaged answer is asked for once more. */
  async #read(run: readonly PlacedBlock[]): Promise<Buffer | undefined> {
    const { remote, key, onBytes } = this.#options;
    const start = (run[0] as PlacedBlock).at;
    const length = run.reduce((sum, { stored }) => sum + stored, 0);
    let bytes = await remote.getRange(key, start, length);
    if (bytes !== undefined && !isRight(bytes, run)) bytes = await remote.getRange(key, start, length);
    onBytes?.(bytes?.length ?? 0);
    return bytes;
  }
}

function isRight(bytes: Buffer, run: readonly PlacedBlock[]): boolean {
  const start = (run[0] as PlacedBlock).at;
  return run.every(({ at, stored, digest }) => digest.equals(digestBytes(bytes.subarray(at - start, at - start + stored))));
}
