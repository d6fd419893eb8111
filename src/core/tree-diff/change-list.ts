import { asBytePath, type BytePath } from '../byte-path.ts';
import type { Digest } from '../content.ts';
import { ByteList } from './byte-list.ts';
import type { ChangeKind, Changes, DiffEntry, TreeChange } from './types.ts';

const KINDS: readonly ChangeKind[] = ['added', 'deleted', 'modified', 'renamed', 'type', 'mode'];
/** 0 stands for a side that is not there. */
const TYPES: readonly (DiffEntry['type'] | undefined)[] = [undefined, 'file', 'exec', 'symlink', 'tree'];
const DIGEST_BYTES = 32;
/** Of a side: type, digest, size and number of files as doubles. */
const SIDE_BYTES = 1 + DIGEST_BYTES + 8 + 8;
/** Kind, both sides, then the length of the path that follows, and of the one it had before and one more (0: none). */
const FIXED_BYTES = 1 + 2 * SIDE_BYTES + 4 + 4;

/** Changes as bytes, some 150 each: as objects with digests in hex a million of them are a gigabyte. */
export class ChangeList implements Changes<BytePath> {
  readonly #bytes = new ByteList();
  /** The order in which they are told, where it is not the one in which they came. */
  #order: Uint32Array | undefined;
  #last = '';
  #isSorted = true;

  get length(): number {
    return this.#bytes.length;
  }

  add({ kind, path, from, old, new: now }: TreeChange<BytePath>): void {
    if (path < this.#last) this.#isSorted = false;
    this.#last = path;
    const { bytes, at } = this.#bytes.add(FIXED_BYTES + path.length + (from?.length ?? 0));
    bytes[at] = KINDS.indexOf(kind);
    writeSide(bytes, at + 1, old);
    writeSide(bytes, at + 1 + SIDE_BYTES, now);
    const lengths = at + 1 + 2 * SIDE_BYTES;
    bytes.writeUInt32LE(path.length, lengths);
    bytes.writeUInt32LE(from === undefined ? 0 : from.length + 1, lengths + 4);
    bytes.write(path, at + FIXED_BYTES, 'latin1');
    if (from !== undefined) bytes.write(from, at + FIXED_BYTES + path.length, 'latin1');
  }

  /** By path bytes; those of one path stay in their order. */
  sort(): void {
    if (this.#isSorted) return;
    const paths = Array.from({ length: this.length }, (_, index) => this.#path(index));
    this.#order = Uint32Array.from(paths.keys()).sort((a, b) => compare(paths[a] as string, paths[b] as string) || a - b);
    this.#isSorted = true;
  }

  *[Symbol.iterator](): Generator<TreeChange<BytePath>> {
    for (let at = 0; at < this.length; at += 1) yield this.#change(this.#order?.[at] ?? at);
  }

  #path(index: number): BytePath {
    const { bytes, at } = this.#bytes.at(index);
    return asBytePath(bytes.toString('latin1', at + FIXED_BYTES, at + FIXED_BYTES + bytes.readUInt32LE(at + 1 + 2 * SIDE_BYTES)));
  }

  #change(index: number): TreeChange<BytePath> {
    const { bytes, at } = this.#bytes.at(index);
    const lengths = at + 1 + 2 * SIDE_BYTES;
    const end = at + FIXED_BYTES + bytes.readUInt32LE(lengths);
    const before = bytes.readUInt32LE(lengths + 4);
    const old = readSide(bytes, at + 1);
    const now = readSide(bytes, at + 1 + SIDE_BYTES);
    return {
      kind: KINDS[bytes[at] as number] as ChangeKind,
      path: asBytePath(bytes.toString('latin1', at + FIXED_BYTES, end)),
      ...(before === 0 ? {} : { from: asBytePath(bytes.toString('latin1', end, end + before - 1)) }),
      ...(old === undefined ? {} : { old }),
      ...(now === undefined ? {} : { new: now }),
    };
  }
}

function writeSide(bytes: Buffer, at: number, entry: DiffEntry | undefined): void {
  bytes[at] = entry === undefined ? 0 : TYPES.indexOf(entry.type);
  if (entry === undefined) return;
  bytes.write(entry.digest, at + 1, DIGEST_BYTES, 'hex');
  bytes.writeDoubleLE(entry.size, at + 1 + DIGEST_BYTES);
  bytes.writeDoubleLE(entry.files ?? -1, at + 1 + DIGEST_BYTES + 8);
}

function readSide(bytes: Buffer, at: number): DiffEntry | undefined {
  const type = TYPES[bytes[at] as number];
  if (type === undefined) return undefined;
  const sizes = at + 1 + DIGEST_BYTES;
  const files = bytes.readDoubleLE(sizes + 8);
  return {
    type,
    digest: bytes.toString('hex', at + 1, sizes) as Digest,
    size: bytes.readDoubleLE(sizes),
    ...(files === -1 ? {} : { files }),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
