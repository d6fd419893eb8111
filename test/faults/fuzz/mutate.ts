import type { Random } from '../model/random.ts';

export type { Random };

/** What lengths, counts and positions are when somebody lies about them. */
const NUMBERS = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x0001_0000, 0x3fff_ffff, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff];
const DOUBLES = [0, -1, 0.5, -0, 2 ** 53, 2 ** 64, 1e308, -1e18, Number.NaN, Infinity, -Infinity];

/** Names and paths that lead out, or mean something to a system. */
export const HOSTILE_NAMES = [
  '../outside',
  '../../outside',
  '/etc/mlo-outside',
  '/tmp/mlo-outside',
  'a/../../outside',
  '..',
  '.',
  '',
  '.git/hooks/pre-commit',
  '.GIT/config',
  '.mlo/config.yaml',
  'a//b',
  'a/./b',
  'a\0b',
  'a\nb',
  'a\\..\\b',
  '\u{FEFF}a',
  '\u{202E}cod.exe',
  '\u{1B}[2J',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '\uD800',
  'a'.repeat(5_000),
] as const;

/** Pieces that mean something to JSON, YAML, TOML, CSV, to templates, ignore rules or to us. */
const PIECES = [
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  ':',
  ',',
  '- ',
  '\n',
  '\r\n',
  '\t',
  ' ',
  '#',
  '&x ',
  '*x',
  '<<: *x',
  '!!binary ',
  '|',
  '>',
  '%',
  '?',
  '@',
  '${',
  '}',
  '${a}',
  '\\',
  '\\u0000',
  '\0',
  '\u{FEFF}',
  '\u{1F600}',
  '\uD800',
  'null',
  'true',
  'NaN',
  '-Infinity',
  '1e999',
  '-0',
  '9'.repeat(400),
  '0x10',
  '1_000',
  '2026-11-01',
  '"""',
  '[[',
  ']]',
  '=',
  '**/',
  '*'.repeat(12),
  '!',
  '[a-',
  '{"$number": "NaN"}',
  '<<<<<<< ours\n',
  '"schema": 2',
  '"schema": 1e9',
  'blake3-256',
  '0'.repeat(64),
  'f'.repeat(64),
];

/** Values of another type than whatever stood there. */
const STRANGE: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  0.5,
  1e308,
  -1e308,
  2 ** 53,
  '',
  'text',
  [],
  {},
  [[]],
  [null],
  { a: null },
  { $number: 'NaN' },
  '0'.repeat(64),
  'F'.repeat(64),
  'x'.repeat(64),
  '0'.repeat(65),
];

const DEEPEST = 20_000;

/** The bytes with one to four changes: bits, numbers, ranges that go, come twice or change places, a length that is another. */
export function mutateBytes(bytes: Buffer, random: Random): Buffer {
  let result: Buffer = Buffer.from(bytes);
  for (let changes = 1 + random.below(4); changes > 0; changes -= 1) result = changeBytes(result, random);
  return result;
}

function changeBytes(bytes: Buffer, random: Random): Buffer {
  const at = random.below(bytes.length + 1);
  const to = Math.min(bytes.length, at + 1 + random.below(random.chance(0.5) ? 8 : bytes.length + 1));
  switch (random.below(9)) {
    case 0:
      return withByte(bytes, at, (byte) => byte ^ (1 << random.below(8)));
    case 1:
      return withByte(bytes, at, () => random.pick([0, 1, 0x7f, 0x80, 0xff]));
    case 2:
      return bytes.subarray(0, at);
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(to)]);
    case 4:
      return Buffer.concat([bytes.subarray(0, to), bytes.subarray(at)]);
    case 5:
      return Buffer.concat([bytes.subarray(0, at), random.bytes(1 + random.below(64)), bytes.subarray(at)]);
    case 6:
      return swapped(bytes, at, to);
    default:
      return withNumber(bytes, at, random);
  }
}

function withByte(bytes: Buffer, at: number, change: (byte: number) => number): Buffer {
  if (at < bytes.length) bytes[at] = change(bytes[at] as number) & 0xff;
  return bytes;
}

/** Numbers stand at multiples of their width more often than not. */
function withNumber(bytes: Buffer, place: number, random: Random): Buffer {
  const width = random.pick([2, 4, 4, 4, 8, 8]);
  const at = random.chance(0.8) ? place - (place % (width === 2 ? 2 : 4)) : place;
  if (at + width > bytes.length) return bytes;
  const number = random.pick(NUMBERS);
  if (width === 2) bytes.writeUInt16LE(number & 0xffff, at);
  else if (width === 4 && random.chance(0.2)) bytes.writeUInt32BE(number, at);
  else if (width === 4) bytes.writeUInt32LE(random.chance(0.3) ? (bytes.readUInt32LE(at) + random.pick([1, -1, 16])) >>> 0 : number, at);
  else if (random.chance(0.5)) bytes.writeDoubleLE(random.pick(DOUBLES), at);
  else bytes.writeBigUInt64LE((BigInt(number) << BigInt(random.pick([0, 8, 21, 32]))) & 0xffff_ffff_ffff_ffffn, at);
  return bytes;
}

function swapped(bytes: Buffer, at: number, to: number): Buffer {
  const middle = (at + to) >>> 1;
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(middle, to), bytes.subarray(at, middle), bytes.subarray(to)]);
}

/** The text with one to five changes: pieces that mean something, hostile names, ranges that go, come twice or change places, nesting. */
export function mutateText(text: string, random: Random): string {
  let result = text;
  for (let changes = 1 + random.below(5); changes > 0; changes -= 1) result = changeText(result, random);
  return result;
}

function changeText(text: string, random: Random): string {
  const at = random.below(text.length + 1);
  const to = Math.min(text.length, at + random.below(random.chance(0.7) ? 12 : text.length + 1));
  const [before, part, after] = [text.slice(0, at), text.slice(at, to), text.slice(to)];
  switch (random.below(10)) {
    case 0:
      return before;
    case 1:
      return before + after;
    case 2:
      return before + part + part + after;
    case 3:
      return before + part.slice(part.length >>> 1) + part.slice(0, part.length >>> 1) + after;
    case 4:
      return before + random.pick(HOSTILE_NAMES) + after;
    case 5:
      return random.chance(0.1) ? before + nesting(random) + after : before + String.fromCharCode(random.below(0x1_0000)) + after;
    case 6:
      return withLineMoved(text, random);
    default:
      return before + random.pick(PIECES) + (random.chance(0.5) ? part : '') + after;
  }
}

function nesting(random: Random): string {
  return random.pick(['[', '{"a":', '- ', '{a: ', '(', '"']).repeat(1 + random.below(random.chance(0.1) ? DEEPEST : 2_000));
}

function withLineMoved(text: string, random: Random): string {
  const lines = text.split('\n');
  const [line = ''] = lines.splice(random.below(lines.length), 1);
  if (random.chance(0.7)) lines.splice(random.below(lines.length + 1), 0, line, ...(random.chance(0.5) ? [line] : []));
  return lines.join('\n');
}

/** Plain data with one to three members of another type, renamed, gone, or nested deeply. */
export function mutateValue(value: unknown, random: Random): unknown {
  let result = value;
  for (let changes = 1 + random.below(3); changes > 0; changes -= 1) result = changeValue(result, random);
  return result;
}

function changeValue(value: unknown, random: Random): unknown {
  const isList = Array.isArray(value);
  if (typeof value !== 'object' || value === null || random.chance(0.08)) return strange(random);
  const entries = Object.entries(value);
  if (entries.length === 0) return strange(random);
  const at = random.below(entries.length);
  const [key, member] = entries[at] as [string, unknown];
  const kind = random.below(8);
  if (kind === 0) entries.splice(at, 1);
  else if (kind === 1) entries.push([random.pick(HOSTILE_NAMES), member]);
  else if (kind === 2) entries[at] = [random.pick(HOSTILE_NAMES), member];
  else if (kind === 3) entries[at] = [key, strange(random)];
  else entries[at] = [key, changeValue(member, random)];
  return isList ? entries.map(([, each]) => each) : withOwnKeys(entries);
}

/** As `JSON.parse` has it: `__proto__` is a key like any other. */
function withOwnKeys(entries: readonly (readonly [string, unknown])[]): object {
  return Object.fromEntries(entries);
}

function strange(random: Random): unknown {
  if (random.chance(0.3)) return random.pick(HOSTILE_NAMES);
  return random.chance(0.03) ? nested(random.below(4_000)) : random.pick(STRANGE);
}

function nested(depth: number): unknown {
  let value: unknown = 0;
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

/** The text of a JSON value of which something is another value. */
export function mutateJson(text: string, random: Random): string {
  return JSON.stringify(mutateValue(JSON.parse(text), random), undefined, random.pick([0, 2]));
}
