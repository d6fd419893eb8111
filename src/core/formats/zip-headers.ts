/** A file that goes into a zip archive. */
export interface NewZipEntry {
  readonly name: string;
  readonly deflated: boolean;
  readonly crc32: number;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly position: number;
}

/** 1980-01-01: equal content is equal bytes. */
const DOS_DATE = 0x0021;
const UTF_8_NAMES = 0x0800;

/** Sizes, positions and counts beyond these need the 64-bit kind, which is not written. */
export const MOST_ZIP_BYTES = 0xffff_fffe;
export const MOST_ZIP_ENTRIES = 0xfffe;

export function zipLocalHeader(entry: NewZipEntry): Uint8Array {
  const name = new TextEncoder().encode(entry.name);
  return join([u32(0x0403_4b50), ...common(entry, name), u16(0), name]);
}

/** The central directory and the end record, for the end of the file. */
export function zipDirectory(entries: readonly NewZipEntry[], position: number): Uint8Array {
  const rows = entries.map((entry) => {
    const name = new TextEncoder().encode(entry.name);
    return join([u32(0x0201_4b50), u16(20), ...common(entry, name), u16(0), u16(0), u16(0), u16(0), u32(0), u32(entry.position), name]);
  });
  const directory = join(rows);
  const counts = [u16(entries.length), u16(entries.length)];
  return join([directory, u32(0x0605_4b50), u16(0), u16(0), ...counts, u32(directory.length), u32(position), u16(0)]);
}

/** From the version that is needed to the length of the name. */
function common({ deflated, crc32, packedBytes, bytes }: NewZipEntry, name: Uint8Array): readonly Uint8Array[] {
  const method = deflated ? 8 : 0;
  return [u16(20), u16(UTF_8_NAMES), u16(method), u16(0), u16(DOS_DATE), u32(crc32), u32(packedBytes), u32(bytes), u16(name.length)];
}

function u16(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, value >>> 8);
}

function u32(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24);
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
