import type { Digest } from '../../core/content.ts';
import { RECORD } from './record-format.ts';

/** Where a payload lies in its segment, in bytes. */
export interface Position {
  readonly at: number;
  readonly length: number;
  readonly crc: number;
}

/** What a segment says about an object: where it is, or that earlier records of it are broken. */
export type Found = Position | 'broken';

export interface SegmentIndex {
  object(digest: Digest): Found | undefined;
  /** Run-cache entries of a key, in the order they were written. */
  runs(key: Digest): readonly Position[];
  objects(): Iterable<readonly [Digest, Found]>;
  allRuns(): Iterable<readonly [Digest, readonly Position[]]>;
}

/** The index of a segment that is still being written, or whose writer died: made from its records. */
export class GrowingIndex implements SegmentIndex {
  readonly #objects = new Map<Digest, Found>();
  readonly #runs = new Map<Digest, Position[]>();

  add(type: number, digest: Digest, position: Position): void {
    if (type === RECORD.object) this.#objects.set(digest, position);
    else if (type === RECORD.broken) this.#objects.set(digest, 'broken');
    else if (type === RECORD.run) this.#addRun(digest, position);
  }

  /** Forgets everything from `at` on: it could not be written. */
  cut(at: number): void {
    for (const [digest, found] of this.#objects) if (found !== 'broken' && found.at >= at) this.#objects.delete(digest);
    for (const [key, positions] of this.#runs)
      this.#runs.set(
        key,
        positions.filter((position) => position.at < at),
      );
  }

  object(digest: Digest): Found | undefined {
    return this.#objects.get(digest);
  }

  runs(key: Digest): readonly Position[] {
    return this.#runs.get(key) ?? [];
  }

  objects(): Iterable<readonly [Digest, Found]> {
    return this.#objects;
  }

  allRuns(): Iterable<readonly [Digest, readonly Position[]]> {
    return this.#runs;
  }

  #addRun(key: Digest, position: Position): void {
    const positions = this.#runs.get(key);
    if (positions === undefined) this.#runs.set(key, [position]);
    else positions.push(position);
  }
}

const ROW_BYTES = 52;
const DIGEST_BYTES = 32;

/** Rows sorted by digest: 32 digest, 8 position (double), 4 length, 4 CRC-32 of the payload, 4 record type. */
export function encodeIndex(index: SegmentIndex): Buffer {
  const rows: { digest: Digest; type: number; position: Position }[] = [];
  for (const [digest, found] of index.objects()) {
    const isBroken = found === 'broken';
    rows.push({ digest, type: isBroken ? RECORD.broken : RECORD.object, position: isBroken ? { at: 0, length: 0, crc: 0 } : found });
  }
  for (const [digest, positions] of index.allRuns()) for (const position of positions) rows.push({ digest, type: RECORD.run, position });
  rows.sort((a, b) => (a.digest < b.digest ? -1 : a.digest > b.digest ? 1 : a.position.at - b.position.at));
  const bytes = Buffer.alloc(rows.length * ROW_BYTES);
  rows.forEach(({ digest, type, position }, row) => {
    const at = row * ROW_BYTES;
    bytes.write(digest, at, 'hex');
    bytes.writeDoubleLE(position.at, at + 32);
    bytes.writeUInt32LE(position.length, at + 40);
    bytes.writeUInt32LE(position.crc, at + 44);
    bytes.writeUInt32LE(type, at + 48);
  });
  return bytes;
}

/** The index of a closed segment, searched where it lies. */
export class SortedIndex implements SegmentIndex {
  readonly #bytes: Buffer;
  readonly #count: number;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#count = Math.floor(bytes.length / ROW_BYTES);
  }

  object(digest: Digest): Found | undefined {
    for (const row of this.#rowsOf(digest)) {
      const type = this.#typeOf(row);
      if (type === RECORD.broken) return 'broken';
      if (type === RECORD.object) return this.#positionOf(row);
    }
    return undefined;
  }

  runs(key: Digest): readonly Position[] {
    const positions: Position[] = [];
    for (const row of this.#rowsOf(key)) if (this.#typeOf(row) === RECORD.run) positions.push(this.#positionOf(row));
    return positions;
  }

  *objects(): Generator<readonly [Digest, Found]> {
    for (let row = 0; row < this.#count; row += 1) {
      const type = this.#typeOf(row);
      if (type === RECORD.broken) yield [this.#digestOf(row), 'broken'];
      else if (type === RECORD.object) yield [this.#digestOf(row), this.#positionOf(row)];
    }
  }

  *allRuns(): Generator<readonly [Digest, readonly Position[]]> {
    for (let row = 0; row < this.#count; row += 1) {
      if (this.#typeOf(row) === RECORD.run) yield [this.#digestOf(row), [this.#positionOf(row)]];
    }
  }

  *#rowsOf(digest: Digest): Generator<number> {
    const wanted = Buffer.from(digest, 'hex');
    for (let row = this.#firstNotBelow(wanted); row < this.#count && this.#compare(row, wanted) === 0; row += 1) yield row;
  }

  #firstNotBelow(wanted: Buffer): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(middle, wanted) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #compare(row: number, wanted: Buffer): number {
    const at = row * ROW_BYTES;
    return this.#bytes.compare(wanted, 0, DIGEST_BYTES, at, at + DIGEST_BYTES);
  }

  #digestOf(row: number): Digest {
    return this.#bytes.toString('hex', row * ROW_BYTES, row * ROW_BYTES + DIGEST_BYTES) as Digest;
  }

  #typeOf(row: number): number {
    return this.#bytes.readUInt32LE(row * ROW_BYTES + 48);
  }

  #positionOf(row: number): Position {
    const at = row * ROW_BYTES;
    return { at: this.#bytes.readDoubleLE(at + 32), length: this.#bytes.readUInt32LE(at + 40), crc: this.#bytes.readUInt32LE(at + 44) };
  }
}
