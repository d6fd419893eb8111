import type { BytePath } from '../byte-path.ts';

/** What a name of a folder is. */
export const ROW = { file: 0, exec: 1, symlink: 2, tree: 3 } as const;
/** Flag beside the type: the stat is old enough to vouch for the digest (see trust.ts). */
const TRUSTED = 0x80;

export const DIGEST_BYTES = 32;
export const STATS = 4;

/** Names of one folder with what was seen of them, in columns, sorted by name bytes. */
export interface Rows {
  readonly names: readonly BytePath[];
  /** `ROW`, with the flag of trust. */
  readonly types: Uint8Array;
  /** Four a row. Files and symlinks: size (bytes), mtime, ctime (ms since 1970), inode. Folders: size (bytes), files below, 0, 0. */
  readonly stats: Float64Array;
  /** 32 bytes a row. */
  readonly digests: Uint8Array;
}

export const NO_ROWS: Rows = { names: [], types: new Uint8Array(0), stats: new Float64Array(0), digests: new Uint8Array(0) };

export function rowType(rows: Rows, row: number): number {
  return (rows.types[row] as number) & ~TRUSTED;
}

export function isTrusted(rows: Rows, row: number): boolean {
  return ((rows.types[row] as number) & TRUSTED) !== 0;
}

export function sizeOfRow(rows: Rows, row: number): number {
  return rows.stats[row * STATS] as number;
}

export function digestOfRow(rows: Rows, row: number): Uint8Array {
  return rows.digests.subarray(row * DIGEST_BYTES, (row + 1) * DIGEST_BYTES);
}

export function sameDigest(a: Uint8Array, b: Uint8Array): boolean {
  for (let at = 0; at < DIGEST_BYTES; at += 1) if (a[at] !== b[at]) return false;
  return true;
}

export interface FileTimes {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly ino: number;
}

export function matchesStat(rows: Rows, row: number, stat: FileTimes): boolean {
  const { stats } = rows;
  const at = row * STATS;
  return stats[at] === stat.size && stats[at + 1] === stat.mtimeMs && stats[at + 2] === stat.ctimeMs && stats[at + 3] === stat.ino;
}

/** The first row whose name is not below `name`. */
export function rowNotBelow(rows: Rows, name: BytePath): number {
  let low = 0;
  let high = rows.names.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows.names[middle] as BytePath) < name) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Row of a name, or -1. */
export function findRow(rows: Rows, name: BytePath): number {
  const row = rowNotBelow(rows, name);
  return rows.names[row] === name ? row : -1;
}

/** Some rows of many; nothing is copied but the names. */
export function partOfRows(rows: Rows, from: number, to: number): Rows {
  if (from === 0 && to === rows.names.length) return rows;
  return {
    names: rows.names.slice(from, to),
    types: rows.types.subarray(from, to),
    stats: rows.stats.subarray(from * STATS, to * STATS),
    digests: rows.digests.subarray(from * DIGEST_BYTES, to * DIGEST_BYTES),
  };
}

export function copyOfRows(rows: Rows): Rows {
  // Not `slice`: of a Buffer that is a view.
  return {
    names: rows.names,
    types: Uint8Array.from(rows.types),
    stats: Float64Array.from(rows.stats),
    digests: Uint8Array.from(rows.digests),
  };
}

/** Writes a file's row anew, with the type that it had; the digest and stat of the row are those of the file from now on. */
export function setFile(rows: Rows, row: number, stat: FileTimes, digest: Uint8Array, trusted: boolean): void {
  rows.stats.set([stat.size, stat.mtimeMs, stat.ctimeMs, stat.ino], row * STATS);
  rows.digests.set(digest, row * DIGEST_BYTES);
  rows.types[row] = trusted ? rowType(rows, row) | TRUSTED : rowType(rows, row);
}

/** Takes rows in the order of their names. */
export class RowsBuilder {
  readonly #names: BytePath[] = [];
  #types: Uint8Array;
  #stats: Float64Array;
  #digests: Uint8Array;

  /** `room`: the number of rows that are expected at most; more are taken too. */
  constructor(room: number) {
    this.#types = new Uint8Array(room);
    this.#stats = new Float64Array(room * STATS);
    this.#digests = new Uint8Array(room * DIGEST_BYTES);
  }

  get count(): number {
    return this.#names.length;
  }

  addFile(name: BytePath, type: number, stat: FileTimes, digest: Uint8Array, trusted: boolean): void {
    const row = this.#next(name, trusted ? type | TRUSTED : type);
    const at = row * STATS;
    this.#stats[at] = stat.size;
    this.#stats[at + 1] = stat.mtimeMs;
    this.#stats[at + 2] = stat.ctimeMs;
    this.#stats[at + 3] = stat.ino;
    this.#digests.set(digest, row * DIGEST_BYTES);
  }

  addTree(name: BytePath, size: number, files: number, digest: Uint8Array): void {
    const row = this.#next(name, ROW.tree);
    this.#stats[row * STATS] = size;
    this.#stats[row * STATS + 1] = files;
    this.#digests.set(digest, row * DIGEST_BYTES);
  }

  addRow(from: Rows, row: number): void {
    const to = this.#next(from.names[row] as BytePath, from.types[row] as number);
    const { stats } = from;
    const at = row * STATS;
    for (let column = 0; column < STATS; column += 1) this.#stats[to * STATS + column] = stats[at + column] as number;
    this.#digests.set(digestOfRow(from, row), to * DIGEST_BYTES);
  }

  rows(): Rows {
    const count = this.#names.length;
    return {
      names: this.#names,
      types: this.#types.subarray(0, count),
      stats: this.#stats.subarray(0, count * STATS),
      digests: this.#digests.subarray(0, count * DIGEST_BYTES),
    };
  }

  #next(name: BytePath, type: number): number {
    const row = this.#names.length;
    if (row === this.#types.length) this.#grow(Math.max(16, row * 2));
    this.#names.push(name);
    this.#types[row] = type;
    return row;
  }

  #grow(room: number): void {
    const { types, stats, digests } = this.rows();
    this.#types = new Uint8Array(room);
    this.#types.set(types);
    this.#stats = new Float64Array(room * STATS);
    this.#stats.set(stats);
    this.#digests = new Uint8Array(room * DIGEST_BYTES);
    this.#digests.set(digests);
  }
}

/** Parts of one folder, one after the other. */
export function joinRows(parts: readonly Rows[]): Rows {
  if (parts.length === 1) return parts[0] as Rows;
  const count = parts.reduce((sum, part) => sum + part.names.length, 0);
  const types = new Uint8Array(count);
  const stats = new Float64Array(count * STATS);
  const digests = new Uint8Array(count * DIGEST_BYTES);
  let row = 0;
  for (const part of parts) {
    types.set(part.types, row);
    stats.set(part.stats, row * STATS);
    digests.set(part.digests, row * DIGEST_BYTES);
    row += part.names.length;
  }
  return { names: parts.flatMap((part) => part.names), types, stats, digests };
}
