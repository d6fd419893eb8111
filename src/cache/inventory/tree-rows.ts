const LINE_FEED = 10;
const SPACE = 32;
const ZERO = 48;
const FIRST_LINE = Buffer.from('mlo-tree 1\n', 'latin1');
const DIGEST_LENGTH = 64;

/** First letters of the types: `file`, `exec`, `symlink`, `tree`. */
export const ROW_TYPE = { file: 102, exec: 101, symlink: 115, tree: 116 } as const;
const TYPE_LENGTH: { readonly [letter: number]: number } = { 102: 4, 101: 4, 115: 7, 116: 4 };

/** The bytes begin as those of a tree object do. */
export function beginsAsTree(bytes: Uint8Array): boolean {
  return bytes.length >= FIRST_LINE.length && FIRST_LINE.equals(bytes.subarray(0, FIRST_LINE.length));
}

/**
 * Calls `visit` for each row of a tree object where it lies, without making strings: `digestAt` is where its 64 hexadecimal
 * characters begin. False where the bytes are not laid out as a tree; names are not looked at (`decodeTree` does that).
 */
export function eachTreeRow(bytes: Buffer, visit: (type: number, digestAt: number, size: number) => boolean | void): boolean {
  if (!beginsAsTree(bytes)) return false;
  let at = FIRST_LINE.length;
  while (at < bytes.length) {
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
