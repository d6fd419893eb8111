import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  UploadPartCommand,
  type ListMultipartUploadsCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { sizeOfBody, type Body } from '../port.ts';
import { readInto } from '../read-into.ts';
import { nameOf, statusOf } from './errors.ts';

/** Larger bodies go in parts of this size, of which each may fail and be sent again. */
export const PART_BYTES = 16 * 1024 * 1024;
/** Of each body; several bodies are on their way at a time, and each part is in memory. */
const PARTS_AT_ONCE = 2;

export interface Upload {
  readonly client: S3Client;
  readonly at: { readonly Bucket: string; readonly Key: string };
  /** Parameters of every upload: encryption, storage class, who pays. */
  readonly extra: object;
  readonly payer: object;
  /** Of encryption with a key of the client; each part needs it. */
  readonly customerKey: object;
  readonly attempt: <T>(work: () => Promise<T>) => Promise<T>;
  /** Of requests that may take long. */
  readonly abort: { readonly abortSignal?: AbortSignal };
}

interface Part {
  readonly PartNumber: number;
  readonly ETag: string;
}

/**
 * Sends a large body part by part. An upload of the same key that was left unfinished is gone on with: parts that arrived, which the
 * server's digest of them tells, are not sent again.
 */
export async function uploadInParts(upload: Upload, body: Body): Promise<void> {
  // First of all: of a file that is gone no upload is begun.
  const source = await openBody(body);
  try {
    await uploadFrom(source, upload);
  } finally {
    await source.close();
  }
}

async function uploadFrom(source: Source, upload: Upload): Promise<void> {
  const { client, at, attempt } = upload;
  const unfinished = await attempt(() => findUnfinished(upload));
  const UploadId = unfinished ?? (await attempt(() => begin(upload)));
  const arrived = unfinished === undefined ? new Map<number, Arrived>() : await attempt(() => partsOf(upload, unfinished));
  try {
    const parts = await sendParts(upload, UploadId, source, arrived);
    await attempt(() =>
      client.send(
        new CompleteMultipartUploadCommand({
          ...at,
          ...upload.payer,
          ...upload.customerKey,
          UploadId,
          MultipartUpload: { Parts: [...parts] },
        }),
      ),
    );
  } catch (error) {
    // What the server takes no part of is of no use; anything else may be gone on with.
    if (statusOf(error) === 400)
      await client.send(new AbortMultipartUploadCommand({ ...at, ...upload.payer, UploadId })).catch(() => undefined);
    throw error;
  }
}

interface Arrived {
  readonly etag: string;
  readonly size: number;
}

async function begin({ client, at, extra }: Upload): Promise<string> {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...at, ...extra }));
  if (UploadId === undefined) throw new Error('The server began an upload without a name');
  return UploadId;
}

/** The newest one of just this key. Servers that cannot list them have none. */
async function findUnfinished({ client, at, payer }: Upload): Promise<string | undefined> {
  const command = new ListMultipartUploadsCommand({ Bucket: at.Bucket, Prefix: at.Key, ...payer });
  const { Uploads = [] } = (await unlessUnable(() => client.send(command))) ?? {};
  const own = Uploads.filter(({ Key, UploadId }) => Key === at.Key && UploadId !== undefined);
  return own.sort((a, b) => (b.Initiated?.getTime() ?? 0) - (a.Initiated?.getTime() ?? 0))[0]?.UploadId;
}

/** All below a prefix. Servers that cannot list them, or that do not let this user, have none. */
export async function* unfinishedUploads(
  client: S3Client,
  bucket: string,
  prefix: string,
  { attempt, payer }: Listing,
): AsyncGenerator<Begun> {
  let from: Marker | undefined = {};
  while (from !== undefined) {
    const command: ListMultipartUploadsCommand = new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix, ...from, ...payer });
    const page: ListMultipartUploadsCommandOutput | undefined = await unlessUnable(() => attempt(() => client.send(command)));
    for (const { Key, UploadId, Initiated } of page?.Uploads ?? [])
      if (Key?.startsWith(prefix) === true && UploadId !== undefined)
        yield { key: Key, uploadId: UploadId, ...(Initiated === undefined ? {} : { startedMs: Initiated.getTime() }) };
    const { IsTruncated, NextKeyMarker, NextUploadIdMarker } = page ?? {};
    if (IsTruncated !== true || NextKeyMarker === undefined || NextKeyMarker === from.KeyMarker) from = undefined;
    else from = { KeyMarker: NextKeyMarker, ...(NextUploadIdMarker === undefined ? {} : { UploadIdMarker: NextUploadIdMarker }) };
  }
}

interface Marker {
  readonly KeyMarker?: string;
  readonly UploadIdMarker?: string;
}

type Listing = Pick<Upload, 'attempt' | 'payer'>;

interface Begun {
  /** With the prefix. */
  readonly key: string;
  readonly uploadId: string;
  readonly startedMs?: number;
}

async function unlessUnable<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    const status = statusOf(error) ?? 0;
    if (status === 501 || status === 403 || status === 404 || status === 400 || status === 405) return undefined;
    throw error;
  }
}

/** Bytes that arrived. */
export async function arrivedBytes(upload: Upload, uploadId: string): Promise<number | undefined> {
  const parts = await unlessUnable(() => upload.attempt(() => partsOf(upload, uploadId)));
  return parts === undefined ? undefined : [...parts.values()].reduce((sum, { size }) => sum + size, 0);
}

export async function abortUpload({ client, at, payer, attempt }: Upload, uploadId: string): Promise<void> {
  try {
    await attempt(() => client.send(new AbortMultipartUploadCommand({ ...at, ...payer, UploadId: uploadId })));
  } catch (error) {
    if (statusOf(error) !== 404 && nameOf(error) !== 'NoSuchUpload') throw error;
  }
}

async function partsOf({ client, at, payer, customerKey }: Upload, UploadId: string): Promise<Map<number, Arrived>> {
  const found = new Map<number, Arrived>();
  let marker: string | undefined;
  try {
    do {
      const page = await client.send(
        new ListPartsCommand({ ...at, ...payer, ...customerKey, UploadId, ...(marker === undefined ? {} : { PartNumberMarker: marker }) }),
      );
      for (const { PartNumber, ETag, Size } of page.Parts ?? [])
        if (PartNumber !== undefined && ETag !== undefined && Size !== undefined) found.set(PartNumber, { etag: ETag, size: Size });
      marker = page.IsTruncated === true ? page.NextPartNumberMarker : undefined;
    } while (marker !== undefined);
  } catch (error) {
    if (nameOf(error) !== 'NoSuchUpload') throw error;
  }
  return found;
}

async function sendParts(
  upload: Upload,
  UploadId: string,
  source: Source,
  arrived: ReadonlyMap<number, Arrived>,
): Promise<readonly Part[]> {
  const { client, at, payer, customerKey, attempt, abort } = upload;
  const count = Math.ceil(source.size / PART_BYTES);
  const parts: Part[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      const Body = await source.read(index * PART_BYTES, Math.min(PART_BYTES, source.size - index * PART_BYTES));
      const PartNumber = index + 1;
      const there = arrived.get(PartNumber);
      if (there !== undefined && isThere(there, Body)) {
        parts[index] = { PartNumber, ETag: there.etag };
        continue;
      }
      const { ETag } = await attempt(() =>
        client.send(new UploadPartCommand({ ...at, ...payer, ...customerKey, UploadId, PartNumber, Body }), abort),
      );
      if (ETag === undefined) throw new Error('The server took a part without naming it');
      parts[index] = { PartNumber, ETag };
    }
  };
  await Promise.all(Array.from({ length: Math.min(PARTS_AT_ONCE, count) }, lane));
  return parts;
}

function isThere({ etag, size }: Arrived, bytes: Buffer): boolean {
  return size === bytes.length && etag.replaceAll('"', '') === createHash('md5').update(bytes).digest('hex');
}

interface Source {
  readonly size: number;
  read(from: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
}

async function openBody(body: Body): Promise<Source> {
  const size = sizeOfBody(body);
  if (body instanceof Uint8Array) {
    const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
    return { size, read: async (from, length) => bytes.subarray(from, from + length), close: async () => {} };
  }
  const file = await open(body.path, 'r');
  return { size, read: async (from, length) => await readExactly(file, from, length), close: async () => await file.close() };
}

async function readExactly(file: FileHandle, from: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  if ((await readInto(file, bytes, from)) < length) throw new Error('A pack became shorter while it was sent');
  return bytes;
}
