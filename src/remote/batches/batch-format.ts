import type { Content } from '../../core/content.ts';
import { digestBytes, digestText } from '../../fs/hash.ts';

/**
 * A batch of records, all numbers little-endian. Their raw bytes lie one after the other in one text, which is cut into blocks of at most 1 MiB:
 *   16 bytes that name the format
 *   blocks, back to back, each one zstd frame
 *   records of 80 bytes, sorted by name, then revision: 32 name, 32 revision (BLAKE3 of the record), 8 position in the text, 8 length
 *   needs of 40 bytes, sorted: 32 digest of an object on the remote, 4 kind, 4 zero
 *   blocks of 40 bytes: 32 BLAKE3 of the frame, 4 its length, 4 raw length
 *   footer of 64 bytes: 8 bytes of text, 4 version, 4 records, 4 needs, 4 blocks, 8 position of the three tables, 32 their BLAKE3
 * It lies under the BLAKE3 of all of it.
 */
export const BATCH_START = Buffer.from('mlo-batch 1\n\0\0\0\0', 'latin1');
const END = Buffer.from('mloBatch', 'latin1');
const VERSION = 1;
export const FOOTER_BYTES = 64;
const RECORD_BYTES = 80;
const NEED_BYTES = 40;
const BLOCK_BYTES = 40;

/** Most raw bytes of a block. */
export const BLOCK_RAW = 1024 * 1024;

const KINDS = ['file', 'tree', 'symlink'] as const;

export type Need = Pick<Content, 'digest' | 'kind'>;

export interface BatchRecord {
  /** 32 bytes. */
  readonly name: Buffer;
  /** BLAKE3 of the record, 32 bytes. */
  readonly revision: Buffer;
  /** In the raw text of all records. */
  readonly at: number;
  readonly length: number;
}

export interface BatchBlock {
  /** Of the frame, 32 bytes. */
  readonly digest: Buffer;
  readonly stored: number;
  readonly raw: number;
}

export interface BatchContents {
  readonly records: readonly BatchRecord[];
  readonly needs: readonly Need[];
  readonly blocks: readonly BatchBlock[];
}

/** The tables of a batch, searched where they lie. */
export class BatchTables implements BatchContents {
  readonly needs: readonly Need[];
  readonly blocks: readonly BatchBlock[];
  readonly recordCount: number;
  readonly #tables: Buffer;
  #records: readonly BatchRecord[] | undefined;

  constructor(tables: Buffer, recordCount: number, needs: readonly Need[], blocks: readonly BatchBlock[]) {
    this.#tables = tables;
    this.recordCount = recordCount;
    this.needs = needs;
    this.blocks = blocks;
  }

  get records(): readonly BatchRecord[] {
    return (this.#records ??= Array.from({ length: this.recordCount }, (_, number) => recordAt(this.#tables, number * RECORD_BYTES)));
  }

  /** Whether there is a record whose name, or name and revision, are these bytes. */
  has(start: Uint8Array): boolean {
    let low = 0;
    let high = this.recordCount;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = middle * RECORD_BYTES;
      const order = this.#tables.compare(start, 0, start.length, at, at + start.length);
      if (order === 0) return true;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return false;
  }
}

/** What is wrong with a batch, in words that go on after "the batch <key> is damaged: ". */
export class BatchDamage extends Error {}

/** Where its bytes are what its name promises, a newer mlo wrote it. */
export class NewerBatch extends BatchDamage {}

/** Tables and footer, which come after the blocks. Of several records with one name and revision the first counts. */
export function encodeTables({ records, needs, blocks }: BatchContents): Buffer {
  const ownRecords = once(records.toSorted(compareRecords), (a, b) => compareRecords(a, b) === 0);
  const ownNeeds = once(needs.toSorted(compareNeeds), (a, b) => compareNeeds(a, b) === 0);
  const tables = Buffer.alloc(ownRecords.length * RECORD_BYTES + ownNeeds.length * NEED_BYTES + blocks.length * BLOCK_BYTES);
  let at = 0;
  for (const record of ownRecords) {
    tables.set(record.name, at);
    tables.set(record.revision, at + 32);
    tables.writeBigUInt64LE(BigInt(record.at), at + 64);
    tables.writeBigUInt64LE(BigInt(record.length), at + 72);
    at += RECORD_BYTES;
  }
  for (const { digest, kind } of ownNeeds) {
    tables.write(digest, at, 'hex');
    tables.writeUInt32LE(KINDS.indexOf(kind), at + 32);
    at += NEED_BYTES;
  }
  for (const block of blocks) {
    tables.set(block.digest, at);
    tables.writeUInt32LE(block.stored, at + 32);
    tables.writeUInt32LE(block.raw, at + 36);
    at += BLOCK_BYTES;
  }
  const footer = Buffer.alloc(FOOTER_BYTES);
  END.copy(footer);
  footer.writeUInt32LE(VERSION, 8);
  footer.writeUInt32LE(ownRecords.length, 12);
  footer.writeUInt32LE(ownNeeds.length, 16);
  footer.writeUInt32LE(blocks.length, 20);
  footer.writeBigUInt64LE(BigInt(BATCH_START.length + blocks.reduce((sum, { stored }) => sum + stored, 0)), 24);
  footer.set(digestBytes(tables), 32);
  return Buffer.concat([tables, footer]);
}

/** How many bytes tables and footer have. Throws BatchDamage. */
export function tablesLength(footer: Buffer, size: number): number {
  if (footer.length < FOOTER_BYTES || !END.equals(footer.subarray(0, END.length))) throw new BatchDamage('it does not end as a batch does');
  const version = footer.readUInt32LE(8);
  if (version > VERSION) throw new NewerBatch(`it has version ${version} of the format; this mlo knows version ${VERSION}`);
  if (version !== VERSION) throw new BatchDamage(`it has version ${version} of the format; this mlo knows version ${VERSION}`);
  const { records, needs, blocks } = countsOf(footer);
  const length = records * RECORD_BYTES + needs * NEED_BYTES + blocks * BLOCK_BYTES + FOOTER_BYTES;
  if (Number(footer.readBigUInt64LE(24)) + length !== size) throw new BatchDamage('it is cut off, or longer than its footer says');
  return length;
}

/** The tables of a batch of `size` bytes, from its last bytes. What it says about places was checked; the bytes there may be anything. Throws BatchDamage. */
export function decodeTables(bytes: Buffer, size: number): BatchTables {
  const footer = bytes.subarray(-FOOTER_BYTES);
  if (tablesLength(footer, size) !== bytes.length) throw new BatchDamage('its tables are cut off');
  const tables = bytes.subarray(0, -FOOTER_BYTES);
  if (!footer.subarray(32).equals(digestBytes(tables))) throw new BatchDamage('its tables do not have the digest in its footer');
  const counts = countsOf(footer);
  const needsAt = counts.records * RECORD_BYTES;
  const blocksAt = needsAt + counts.needs * NEED_BYTES;
  const blocks = Array.from({ length: counts.blocks }, (_, number) => blockAt(tables, blocksAt + number * BLOCK_BYTES));
  const raw = blocks.reduce((sum, block) => sum + block.raw, 0);
  const stored = blocks.reduce((sum, block) => sum + block.stored, 0);
  if (BATCH_START.length + stored !== size - bytes.length) throw new BatchDamage('its blocks do not fill it');
  for (let at = 0; at < needsAt; at += RECORD_BYTES) checkRecord(tables, at, raw);
  const needs = Array.from({ length: counts.needs }, (_, number) => needAt(tables, needsAt + number * NEED_BYTES));
  return new BatchTables(tables, counts.records, needs, blocks);
}

function countsOf(footer: Buffer): { readonly records: number; readonly needs: number; readonly blocks: number } {
  return { records: footer.readUInt32LE(12), needs: footer.readUInt32LE(16), blocks: footer.readUInt32LE(20) };
}

function checkRecord(tables: Buffer, at: number, raw: number): void {
  if (readLength(tables, at + 64) + readLength(tables, at + 72) > raw) throw new BatchDamage('a record lies outside its blocks');
}

function recordAt(tables: Buffer, at: number): BatchRecord {
  return {
    name: tables.subarray(at, at + 32),
    revision: tables.subarray(at + 32, at + 64),
    at: readLength(tables, at + 64),
    length: readLength(tables, at + 72),
  };
}

/** Inexact where it is larger than any file. */
function readLength(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at + 4) * 2 ** 32 + bytes.readUInt32LE(at);
}

function needAt(tables: Buffer, at: number): Need {
  const kind = KINDS[tables.readUInt32LE(at + 32)];
  if (kind === undefined) throw new BatchDamage('it needs an object of a kind that there is not');
  return { digest: digestText(tables.subarray(at, at + 32)), kind };
}

function blockAt(tables: Buffer, at: number): BatchBlock {
  const raw = tables.readUInt32LE(at + 36);
  const stored = tables.readUInt32LE(at + 32);
  if (raw === 0 || raw > BLOCK_RAW || stored > 2 * BLOCK_RAW) throw new BatchDamage('a block is longer than blocks are');
  return { digest: tables.subarray(at, at + 32), stored, raw };
}

function compareRecords(a: Pick<BatchRecord, 'name' | 'revision'>, b: Pick<BatchRecord, 'name' | 'revision'>): number {
  return Buffer.compare(a.name, b.name) || Buffer.compare(a.revision, b.revision);
}

function compareNeeds(a: Need, b: Need): number {
  return a.digest === b.digest ? KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) : a.digest < b.digest ? -1 : 1;
}

function once<T>(sorted: readonly T[], isSame: (a: T, b: T) => boolean): readonly T[] {
  return sorted.filter((item, place) => place === 0 || !isSame(item, sorted[place - 1] as T));
}

/** Names and revisions as keys of a map: 32 bytes are a text of 32 characters. */
export function keyOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

/** A name of 32 bytes from an id of hexadecimal digits, with NULs behind it. */
export function nameOf(id: string): Buffer {
  const name = Buffer.alloc(32);
  name.write(id, 'hex');
  return name;
}

/** The opposite for ids of 32 digits. */
export function runIdOf(name: Buffer): string | undefined {
  return name.subarray(16).every((byte) => byte === 0) ? name.toString('hex', 0, 16) : undefined;
}
