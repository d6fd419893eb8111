import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';

/** A file in a zip archive. Format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT */
export interface ZipEntry {
  readonly name: string;
  /** 0: stored, 8: deflated. */
  readonly method: number;
  readonly packedSize: number;
  readonly size: number;
  /** Of its local header in the archive. */
  readonly offset: number;
}

const END_SIGNATURE = 0x0605_4b50;
const END_BYTES = 22;
const MOST_COMMENT = 65_535;
const CENTRAL_SIGNATURE = 0x0201_4b50;
const CENTRAL_BYTES = 46;
const LOCAL_BYTES = 30;
/** TensorFlow's RECORD, the only file that is read as a text, has 3 MB. */
const LONGEST_TEXT = 64 * 1024 * 1024;

/** What is wrong with an archive, in words. */
export class ZipDamage extends Error {}

/** The files of an archive below 4 GiB (no zip64). Throws ZipDamage where it is not one. */
export async function readZip(path: string): Promise<ReadonlyMap<string, ZipEntry>> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const tail = await read(file, Math.max(0, size - END_BYTES - MOST_COMMENT), Math.min(size, END_BYTES + MOST_COMMENT));
    const end = findEnd(tail);
    const directory = await read(file, end.offset, end.bytes);
    return new Map(parseDirectory(directory).map((entry) => [entry.name, entry]));
  } finally {
    await file.close();
  }
}

function findEnd(tail: Buffer): { readonly offset: number; readonly bytes: number } {
  for (let at = tail.length - END_BYTES; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) === END_SIGNATURE) return { bytes: tail.readUInt32LE(at + 12), offset: tail.readUInt32LE(at + 16) };
  }
  throw new ZipDamage('it is not a zip archive, or not a whole one');
}

function parseDirectory(directory: Buffer): ZipEntry[] {
  const entries: ZipEntry[] = [];
  for (let at = 0; at + CENTRAL_BYTES <= directory.length;) {
    if (directory.readUInt32LE(at) !== CENTRAL_SIGNATURE) throw new ZipDamage('the directory of the zip archive is damaged');
    const nameBytes = directory.readUInt16LE(at + 28);
    entries.push({
      name: directory.toString('utf8', at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameBytes),
      method: directory.readUInt16LE(at + 10),
      packedSize: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      offset: directory.readUInt32LE(at + 42),
    });
    at += CENTRAL_BYTES + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

export interface ExtractOptions {
  readonly signal?: AbortSignal;
  /** Called with the bytes written since the last call. */
  readonly onBytes?: (bytes: number) => void;
}

/** Writes a file of the archive to `target`; gives the SHA-256 of what was written, base64url as in a wheel's RECORD. Throws ZipDamage. */
export async function extractEntry(path: string, entry: ZipEntry, target: string, options: ExtractOptions = {}): Promise<string> {
  const hash = createHash('sha256');
  const watch = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      options.onBytes?.(chunk.length);
      done(null, chunk);
    },
  });
  await unpack(path, entry, [watch, createWriteStream(target, { flush: true })], options);
  return hash.digest('base64url');
}

/** Of a text, as long as its directory says. Throws ZipDamage. */
export async function readEntry(path: string, entry: ZipEntry): Promise<string> {
  if (entry.size > LONGEST_TEXT) throw new ZipDamage(`its ${entry.name} has ${entry.size} bytes, which is more than any has`);
  const chunks: Buffer[] = [];
  const gather = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  await unpack(path, entry, [gather]);
  return Buffer.concat(chunks).toString('utf8');
}

/** Never more than the directory says, whatever was packed. */
async function unpack(
  path: string,
  entry: ZipEntry,
  into: readonly NodeJS.ReadWriteStream[] | readonly NodeJS.WritableStream[],
  { signal }: ExtractOptions = {},
): Promise<void> {
  const start = await dataOffset(path, entry);
  let bytes = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > entry.size) done(wrongLength(entry));
      else done(null, chunk);
    },
  });
  const source =
    entry.packedSize === 0
      ? Readable.from([])
      : createReadStream(path, { start, end: start + entry.packedSize - 1, highWaterMark: 1 << 20 });
  const inflate = entry.method === 8 ? [createInflateRaw({ chunkSize: 1 << 20 })] : [];
  try {
    await pipeline([source, ...inflate, count, ...into], signal === undefined ? {} : { signal });
  } catch (error) {
    if (!(error as NodeJS.ErrnoException).code?.startsWith('Z_')) throw error;
    throw new ZipDamage(`the bytes of ${entry.name} are damaged: ${(error as Error).message}`, { cause: error });
  }
  if (bytes !== entry.size) throw wrongLength(entry);
}

function wrongLength({ name, size }: ZipEntry): ZipDamage {
  return new ZipDamage(`${name} has not the ${size} bytes that the zip archive says`);
}

/** Name and extra field before the data may be other than those in the directory. */
async function dataOffset(path: string, { offset }: ZipEntry): Promise<number> {
  const file = await open(path, 'r');
  try {
    const header = await read(file, offset, LOCAL_BYTES);
    return offset + LOCAL_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
  } finally {
    await file.close();
  }
}

/** No memory is taken for bytes that are not there. */
async function read(file: FileHandle, position: number, bytes: number): Promise<Buffer> {
  if (position + bytes > (await file.stat()).size) throw new ZipDamage('the zip archive ends too early');
  const buffer = Buffer.alloc(bytes);
  const { bytesRead } = await file.read(buffer, 0, bytes, position);
  if (bytesRead !== bytes) throw new ZipDamage('the zip archive ends too early');
  return buffer;
}
