import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { Transform } from 'node:stream';
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

/** The files of an archive below 4 GiB (no zip64). Throws an Error where it is not one. */
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
  throw new Error('it is not a zip archive, or not a whole one');
}

function parseDirectory(directory: Buffer): ZipEntry[] {
  const entries: ZipEntry[] = [];
  for (let at = 0; at + CENTRAL_BYTES <= directory.length;) {
    if (directory.readUInt32LE(at) !== CENTRAL_SIGNATURE) throw new Error('the directory of the zip archive is damaged');
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

/** Writes a file of the archive to `target`; gives the SHA-256 of what was written, base64url as in a wheel's RECORD. */
export async function extractEntry(path: string, entry: ZipEntry, target: string, options: ExtractOptions = {}): Promise<string> {
  const start = await dataOffset(path, entry);
  const hash = createHash('sha256');
  const watch = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      options.onBytes?.(chunk.length);
      done(null, chunk);
    },
  });
  const source = createReadStream(path, { start, end: start + entry.packedSize - 1, highWaterMark: 1 << 20 });
  const unpack = entry.method === 8 ? [createInflateRaw({ chunkSize: 1 << 20 })] : [];
  const streams = [source, ...unpack, watch, createWriteStream(target, { flush: true })];
  await pipeline(streams, options.signal === undefined ? {} : { signal: options.signal });
  return hash.digest('base64url');
}

export async function readEntry(path: string, entry: ZipEntry): Promise<string> {
  const chunks: Buffer[] = [];
  const start = await dataOffset(path, entry);
  const source = createReadStream(path, { start, end: start + entry.packedSize - 1 });
  const unpacked = entry.method === 8 ? source.pipe(createInflateRaw()) : source;
  for await (const chunk of unpacked) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
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

async function read(file: FileHandle, position: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  const { bytesRead } = await file.read(buffer, 0, bytes, position);
  if (bytesRead !== bytes) throw new Error('the zip archive ends too early');
  return buffer;
}
