const LINE_FEED = 10;
const SPACE = 32;
const ZERO = 48;
const FIRST_LINE = Buffer.from('mlo-tree 1\n', 'latin1');
export const TREE_START_BYTES = FIRST_LINE.length;
const DIGEST_LENGTH = 64;

/** First letters of the types: `file`, `exec`, `symlink`, `tree`. */
export const ROW_TYPE = { file: 102, exec: 101, symlink: 115, tree: 116 } as const;
const TYPE_LENGTH: { readonly [letter: number]: number } = { 102: 4, 101: 4, 115: 7, 116: 4 };

/** The bytes begin as those of a tree object do. */
export function beginsAsTree(bytes: Uint8Array): boolean {
  return bytes.length >= FIRST_LINE.length && FIRST_LINE.equals(bytes.subarray(0, FIRST_LINE.length));
}

/** Rows that lie in a piece of this length which two trees have at the same place are looked at once. */
const PIECE = 2048;

/**
 * Calls `visit` for each row of a tree object where it lies, without making strings: `digestAt` is where its 64 hexadecimal
 * characters begin. False where the bytes are not laid out as a tree; names are not looked at (`decodeTree` does that).
 * `known`: another whole tree, an older version of the same folder perhaps, of which all rows were visited: most rows that
 * it has at the same place are left out.
 */
export function eachTreeRow(
  bytes: Buffer,
  visit: (type: number, digestAt: number, size: number) => boolean | void,
  known?: Buffer,
): boolean {
  if (!beginsAsTree(bytes)) return false;
  let at = FIRST_LINE.length;
  let looked = -1;
  while (at < bytes.length) {
    if (known !== undefined && pieceOf(at) !== looked) {
      at = firstRowToVisit(bytes, known, at);
      if (at >= bytes.length) return true;
      looked = pieceOf(at);
    }
    const type = bytes[at] ?? 0;
    const digestAt = at + (TYPE_LENGTH[type] ?? 0) + 1;
    const sizeAt = digestAt + DIGEST_LENGTH + 1;
    if (digestAt === at + 1 || bytes[digestAt - 1] !== SPACE || bytes[sizeAt - 1] !== SPACE) return false;
    let size = 0;
    let end = sizeAt;
    for (; bytes[end] !== SPACE; end += 1) {
      const digit = (bytes[end] ?? 0) - ZERO;
      if (digit < 0 || digit > 9) return false;
      size = size * 10 + digit;
    }
    if (visit(type, digestAt, size) === false) return false;
    const next = bytes.indexOf(LINE_FEED, end);
    if (next === -1) return false;
    at = next + 1;
  }
  return true;
}

/**
 * `at`: where a row begins. Where the piece that it is in is the same in both, and the line before ends in it, the rows up
 * to the first piece that differs are known.
 */
function firstRowToVisit(bytes: Buffer, known: Buffer, at: number): number {
  const start = pieceOf(at) * PIECE;
  let end = start;
  while (end < bytes.length && isSame(bytes, known, end)) end += PIECE;
  if (end === start) return at;
  if (end >= bytes.length) return bytes.length;
  // The row that reaches into the piece that differs.
  return Math.max(at, bytes.lastIndexOf(LINE_FEED, end - 1) + 1);
}

/** The piece that holds the end of the line before. */
function pieceOf(at: number): number {
  return Math.floor((at - 1) / PIECE);
}

function isSame(bytes: Buffer, known: Buffer, at: number): boolean {
  const end = Math.min(at + PIECE, bytes.length);
  return end <= known.length && bytes.compare(known, at, end, at, end) === 0;
}
