import { toJson } from './envelope.ts';

/** Lists above this length are written entry by entry. */
const LONG = 1000;
/** Objects and lists within each other that are looked into for a long list. */
const DEPTH = 6;

type Entries = Iterable<readonly [key: string | undefined, value: unknown]>;

/**
 * The text of `toJson` and a line end, in pieces: a million changed files are more of it than a string can hold. A list may also be an iterable
 * whose entries are made while it is read; it is written as an array.
 */
export function* jsonPieces(value: unknown, indent = 0): Generator<string> {
  yield* piecesOf(value, indent, indent === 0 ? '' : '\n');
  yield '\n';
}

/** `line`: a line end, and the indentation of the line that the value begins on. */
function* piecesOf(value: unknown, indent: number, line: string): Generator<string> {
  if (!holdsLongList(value, DEPTH)) yield toJson(value, indent).replaceAll('\n', line);
  else if (isList(value)) yield* bracketed('[', ']', entriesOfList(value), indent, line);
  else yield* bracketed('{', '}', entriesOfRecord(value as object), indent, line);
}

function* bracketed(open: string, close: string, entries: Entries, indent: number, line: string): Generator<string> {
  const below = indent === 0 ? '' : line + ' '.repeat(indent);
  let isEmpty = true;
  for (const [key, value] of entries) {
    yield `${isEmpty ? open : ','}${below}`;
    if (key !== undefined) yield `${JSON.stringify(key)}:${indent === 0 ? '' : ' '}`;
    yield* piecesOf(value, indent, below);
    isEmpty = false;
  }
  yield isEmpty ? open + close : line + close;
}

function* entriesOfList(list: Iterable<unknown>): Entries {
  for (const value of list) yield [undefined, value];
}

function entriesOfRecord(record: object): Entries {
  return Object.entries(record).filter(([, value]) => value !== undefined);
}

function holdsLongList(value: unknown, depth: number): boolean {
  if (Array.isArray(value)) return value.length > LONG || (depth > 0 && value.some((each) => holdsLongList(each, depth - 1)));
  if (isList(value)) return true;
  return depth > 0 && isRecord(value) && Object.values(value).some((each) => holdsLongList(each, depth - 1));
}

/** An array, or something that is read like one. Of maps, sets and columns of numbers `toJson` makes what they are. */
function isList(value: unknown): value is Iterable<unknown> {
  if (Array.isArray(value)) return true;
  return isRecord(value) && Symbol.iterator in value;
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
