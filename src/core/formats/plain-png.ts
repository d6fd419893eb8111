/** Bytes of a channel, row by row: 1 grey, 3 RGB, 4 RGB and opacity. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
  readonly bytes: Uint8Array;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** PNG, 11.2.2: colour types. */
const COLOUR_TYPES = { 1: 0, 3: 2, 4: 6 } as const;
/** RFC 1951, 3.2.4: what one stored block may hold. */
const LARGEST_BLOCK = 0xffff;

/** A PNG without compression (W3C PNG, third edition; RFC 1950, 1951): for small pictures inside of others. */
export function plainPng({ width, height, channels, bytes }: Pixels): Uint8Array {
  const row = width * channels;
  // Each row begins with the number of its filter, 0: none.
  const rows = new Uint8Array(height * (row + 1));
  for (let y = 0; y < height; y += 1) rows.set(bytes.subarray(y * row, (y + 1) * row), y * (row + 1) + 1);
  const header = [...fourBytes(width), ...fourBytes(height), 8, COLOUR_TYPES[channels], 0, 0, 0];
  return Uint8Array.from([...SIGNATURE, ...chunk('IHDR', header), ...chunk('IDAT', stored(rows)), ...chunk('IEND', [])]);
}

function chunk(type: string, data: readonly number[]): number[] {
  const named = [...Array.from(type, (letter) => letter.charCodeAt(0)), ...data];
  return [...fourBytes(data.length), ...named, ...fourBytes(crc32(named))];
}

function stored(bytes: Uint8Array): number[] {
  const parts: number[] = [0x78, 0x01];
  for (let start = 0; start < bytes.length; start += LARGEST_BLOCK) {
    const block = bytes.subarray(start, start + LARGEST_BLOCK);
    const [low, high] = [block.length & 0xff, block.length >> 8];
    parts.push(start + LARGEST_BLOCK >= bytes.length ? 1 : 0, low, high, low ^ 0xff, high ^ 0xff);
    for (const byte of block) parts.push(byte);
  }
  return [...parts, ...fourBytes(adler32(bytes))];
}

function crc32(bytes: readonly number[]): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb8_8320 : 0);
  }
  return ~crc >>> 0;
}

function adler32(bytes: Uint8Array): number {
  let [low, high] = [1, 0];
  for (const byte of bytes) {
    low = (low + byte) % 65_521;
    high = (high + low) % 65_521;
  }
  return ((high << 16) | low) >>> 0;
}

function fourBytes(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}
