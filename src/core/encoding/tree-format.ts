import { asBytePath, type BytePath } from '../byte-path.ts';
import { isDigest, type Digest } from '../content.ts';
import { MloError } from '../errors/mlo-error.ts';

/**
 * One name of a folder. `name` is bytes, so that names that are not UTF-8 survive and text order is byte order.
 * `size` is in bytes; of a symlink that of its target text, of a tree the sum over its files.
 */
export interface TreeRow {
  readonly name: BytePath;
  readonly type: 'file' | 'exec' | 'symlink' | 'tree';
  readonly digest: Digest;
  readonly size: number;
  /** Trees only: number of files below. */
  readonly files?: number;
}

/**
 * The tree object, one folder level (version 1): a line that names format and version, then a line a name,
 *   `file <digest> <size> <name>`, the same with `exec` and `symlink`, `tree <digest> <size> <files> <name>`,
 * sorted by name bytes. In names the bytes 0x20 to 0x7e stand for themselves, but the backslash is
 * `\\`, and every other byte is `\x` and two lower-case hex digits. Equal folders are equal bytes.
 */
const FIRST_LINE = 'mlo-tree 1';
const NUMBER = /^(0|[1-9][0-9]{0,15})$/;

/** Bytes: about 2.6 million names in one folder. None is made that is larger, and no remote is asked for one. */
export const LARGEST_TREE = 256 * 1024 * 1024;

/** Names of files that mlo is still writing: this and 16 lower-case hex digits. They never belong to a tree. */
export const TEMPORARY_PREFIX = '.mlo-tmp-';

export function isTemporaryName(name: string): boolean {
  return name.startsWith(TEMPORARY_PREFIX) && TEMPORARY_END.test(name.slice(TEMPORARY_PREFIX.length));
}

const TEMPORARY_END = /^[0-9a-f]{16}$/;

/** `rows` in any order, names unique; `folder` for the message. Throws MLO_FILE_TYPE for more than `LARGEST_TREE`. */
export function encodeTree(rows: readonly TreeRow[], folder?: string): string {
  const sorted = isSorted(rows) ? rows : [...rows].sort((a, b) => (a.name < b.name ? -1 : 1));
  const lines = [FIRST_LINE];
  let bytes = FIRST_LINE.length + 1;
  for (const row of sorted) {
    const files = row.type === 'tree' ? ` ${row.files ?? 0}` : '';
    const line = `${row.type} ${row.digest} ${row.size}${files} ${escapeName(row.name)}`;
    bytes += line.length + 1;
    if (bytes > LARGEST_TREE) throw tooManyNames(rows.length, folder);
    lines.push(line);
  }
  return `${lines.join('\n')}\n`;
}

function tooManyNames(names: number, folder = 'A folder'): MloError {
  return new MloError('MLO_FILE_TYPE', `${folder} holds ${names} names: the list of them is larger than ${LARGEST_TREE} bytes`, {
    hint: 'Spread them over folders in it; about 2.6 million names can lie in one',
  });
}

/**
 * Reads a tree object; hostile and merely damaged ones are refused alike. Throws MLO_FORMAT,
 * MLO_FORMAT_VERSION and, for names that could leave the folder, MLO_PATH_UNSAFE. `digest` is for the message.
 */
export function decodeTree(text: string, digest: Digest): readonly TreeRow[] {
  return decodeLines(linesOfTree(text, digest), digest);
}

/** The lines of a tree object that hold a name each; throws what `decodeTree` throws for what is no tree. */
export function linesOfTree(text: string, digest: Digest): readonly string[] {
  const lines = text.split('\n');
  checkFirstLine(lines[0] ?? '', digest);
  if (lines.pop() !== '') throw damaged(digest, 'it does not end with a line feed');
  lines.shift();
  return lines;
}

/** Some lines of one tree object, in their order. */
export function decodeLines(lines: readonly string[], digest: Digest): readonly TreeRow[] {
  const rows: TreeRow[] = [];
  let previous = '';
  for (const line of lines) {
    const row = decodeLine(line, digest);
    if (row.name <= previous) throw damaged(digest, 'its names are not sorted or not unique');
    previous = row.name;
    rows.push(row);
  }
  return rows;
}

function decodeLine(line: string, digest: Digest): TreeRow {
  const [type, rowDigest, size, ...rest] = line.split(' ');
  if (type !== 'file' && type !== 'exec' && type !== 'symlink' && type !== 'tree')
    throw damaged(digest, `it has an entry of type '${shown(String(type))}'`);
  const files = type === 'tree' ? rest.shift() : undefined;
  if (!isDigest(rowDigest) || !isCount(size) || (type === 'tree' && !isCount(files)))
    throw damaged(digest, `its line '${shown(line)}' is not an entry`);
  const escaped = rest.join(' ');
  const name = asBytePath(unescapeName(escaped));
  if (escapeName(name) !== escaped) throw damaged(digest, `its name '${shown(escaped)}' is not in canonical form`);
  checkName(name, digest);
  return { name, type, digest: rowDigest, size: Number(size), ...(files === undefined ? {} : { files: Number(files) }) };
}

function checkFirstLine(line: string, digest: Digest): void {
  if (line === FIRST_LINE) return;
  const version = /^mlo-tree (\d+)$/.exec(line)?.[1];
  if (version === undefined) throw damaged(digest, `it does not start with '${FIRST_LINE}'`);
  throw new MloError('MLO_FORMAT_VERSION', `Tree ${digest} has format version ${version}; this mlo reads version 1`, {
    hint: 'Update mlo: npm install mlo-cli@latest',
  });
}

function checkName(name: string, digest: Digest): void {
  const hostile = name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0');
  if (!hostile && !isTemporaryName(name)) return;
  throw new MloError('MLO_PATH_UNSAFE', `Tree ${digest} holds the name ${JSON.stringify(shown(name))}, which is refused`, {
    hint: 'Whoever made this tree did not use mlo; do not trust the lock or pointer that names it',
    details: { digest, name },
  });
}

function isCount(text: string | undefined): text is string {
  return text !== undefined && NUMBER.test(text) && Number.isSafeInteger(Number(text));
}

function isSorted(rows: readonly TreeRow[]): boolean {
  return rows.every((row, at) => at === 0 || (rows[at - 1] as TreeRow).name < row.name);
}

const PLAIN_NAME = /^[\x20-\x5b\x5d-\x7e]*$/;
const SPECIAL_BYTE = /[^\x20-\x5b\x5d-\x7e]/g;

function escapeName(name: string): string {
  if (PLAIN_NAME.test(name)) return name;
  return name.replace(SPECIAL_BYTE, (byte) => (byte === '\\' ? '\\\\' : `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`));
}

function unescapeName(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(?:\\|x([0-9a-f]{2}))/g, (_match, hex: string | undefined) =>
    hex === undefined ? '\\' : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

const LONGEST_SHOWN = 120;

function shown(text: string): string {
  return text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN)}…`;
}

function damaged(digest: Digest, why: string): MloError {
  return new MloError('MLO_FORMAT', `Object ${digest} is not a tree: ${why}`, {
    hint: '`mlo verify --repair` looks for another copy; or make the data again, or restore the lock or pointer that names this tree',
    details: { digest },
  });
}
