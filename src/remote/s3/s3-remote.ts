import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { tooLarge } from '../directory/directory-remote.ts';
import { sizeOfBody, type Body, type PutResult, type Remote, type RemoteEntry, type UnfinishedPut } from '../port.ts';
import { RateLimit } from '../rate-limit.ts';
import { roomFor } from '../read-into.ts';
import type { RemoteSettings, S3Address } from '../settings.ts';
import { withAttempts } from './attempts.ts';
import { s3Client } from './client.ts';
import { pieceIsUsed } from './collect-pieces.ts';
import { asRemoteError, nameOf, statusOf, truncatedBody } from './errors.ts';
import { abortUpload, arrivedBytes, PART_BYTES, unfinishedUploads, uploadInParts, type Upload } from './multipart.ts';
import { secretsOf } from './secrets.ts';

/** Larger bodies are asked for before they are sent: a look is cheaper than sending what is there. */
const LOOK_FIRST_BYTES = 256 * 1024;

export interface S3RemoteOptions {
  readonly settings: RemoteSettings;
  readonly address: S3Address;
  readonly signal?: AbortSignal;
}

/** A remote in a bucket of any server that speaks S3. */
export function s3Remote(options: S3RemoteOptions): Remote {
  return new S3Remote(options);
}

class S3Remote implements Remote {
  readonly address: string;
  readonly #settings: RemoteSettings;
  readonly #place: S3Address;
  readonly #signal: AbortSignal | undefined;
  readonly #client: S3Client;
  readonly #payer: { RequestPayer?: 'requester' };
  readonly #extra: object;
  /** Of every request that reads or writes an object. */
  readonly #customerKey: CustomerKey;
  readonly #limit: RateLimit | undefined;
  /** False from when the server refused a condition. */
  #conditions = true;
  clockAheadMs: number | undefined;
  #requests = 0;

  constructor({ settings, address, signal }: S3RemoteOptions) {
    this.#settings = settings;
    this.#place = address;
    this.#signal = signal;
    this.address = `s3://${address.bucket}/${address.prefix}`.replace(/\/$/, '');
    this.#limit = settings.limitRate === undefined ? undefined : new RateLimit(settings.limitRate);
    this.#client = s3Client(settings, this.#limit);
    this.#payer = settings.requesterPays === true ? { RequestPayer: 'requester' } : {};
    this.#customerKey = customerKey(settings);
    this.#extra = uploadParameters(settings, { ...this.#payer, ...this.#customerKey });
    this.#client.middlewareStack.add(
      (next) => async (request) => {
        this.#requests += 1;
        return await next(request);
      },
      { step: 'finalizeRequest', name: 'countRequests' },
    );
    this.#client.middlewareStack.add(
      (next) => async (request) => {
        const answer = await next(request);
        const { date } = (answer.response as { headers?: { date?: string } } | undefined)?.headers ?? {};
        const serverMs = Date.parse(date ?? '');
        if (!Number.isNaN(serverMs)) this.clockAheadMs = Date.now() - serverMs;
        return answer;
      },
      { step: 'deserialize', name: 'readClock', priority: 'low' },
    );
  }

  get requests(): number {
    return this.#requests;
  }

  async put(key: string, body: Body): Promise<PutResult> {
    return await this.#told('write', key, async () => {
      const size = sizeOfBody(body);
      if ((size >= LOOK_FIRST_BYTES || !this.#conditions) && (await this.#statOf(key)) !== undefined) return 'there';
      if (size > 2 * PART_BYTES) {
        await uploadInParts(this.#upload(key), body);
        return 'written';
      }
      return await this.#putWhole(key, body instanceof Uint8Array ? body : await readFile(body.path));
    });
  }

  async get(key: string, most: number): Promise<Buffer | undefined> {
    return await this.#told('read', key, () => this.#read(key, undefined, most));
  }

  async getRange(key: string, from: number, length: number, memory?: Buffer): Promise<Buffer | undefined> {
    if (length === 0) return (await this.stat(key)) === undefined ? undefined : Buffer.alloc(0);
    return await this.#told('read', key, () => this.#read(key, from, length, memory));
  }

  async stat(key: string): Promise<{ readonly size: number } | undefined> {
    return await this.#told('look for', key, () => this.#statOf(key));
  }

  async *list(folder: string): AsyncIterable<RemoteEntry> {
    const { bucket, prefix } = this.#place;
    let token: string | undefined;
    do {
      const next = token === undefined ? {} : { ContinuationToken: token };
      const page = await this.#told('list', folder, () =>
        this.#attempt(() =>
          this.#client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix + folder, ...next, ...this.#payer })),
        ),
      );
      for (const { Key, Size = 0, LastModified } of page.Contents ?? []) {
        if (Key === undefined || !Key.startsWith(prefix)) continue;
        const modified = LastModified === undefined ? {} : { modifiedMs: LastModified.getTime() };
        yield { key: Key.slice(prefix.length), size: Size, ...modified };
      }
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  async delete(key: string): Promise<void> {
    await this.#told('delete', key, () =>
      this.#attempt(() => this.#client.send(new DeleteObjectCommand({ ...this.#at(key), ...this.#payer }))),
    );
  }

  async *unfinished(): AsyncIterable<UnfinishedPut> {
    const { bucket, prefix } = this.#place;
    const listing = { attempt: <T>(work: () => Promise<T>) => this.#attempt(work), payer: this.#payer };
    const uploads = unfinishedUploads(this.#client, bucket, prefix, listing);
    for (;;) {
      const next = await this.#told('list the uploads of', '', () => uploads.next());
      if (next.done === true) return;
      const { key: whole, uploadId, startedMs } = next.value;
      const key = whole.slice(prefix.length);
      const size = await this.#told('look for', key, () => arrivedBytes(this.#upload(key), uploadId));
      yield { key, id: uploadId, ...(size === undefined ? {} : { size }), ...(startedMs === undefined ? {} : { startedMs }) };
    }
  }

  async abandon({ key, id }: UnfinishedPut): Promise<void> {
    await this.#told('delete', key, () => abortUpload(this.#upload(key), id));
  }

  close(): void {
    this.#client.destroy();
  }

  async #putWhole(key: string, bytes: Uint8Array): Promise<PutResult> {
    const put = async (condition: { IfNoneMatch?: '*' }): Promise<PutResult> => {
      await this.#attempt(() =>
        this.#client.send(
          new PutObjectCommand({ ...this.#at(key), ...this.#extra, ...condition, Body: bytes, ContentLength: bytes.length }),
        ),
      );
      return 'written';
    };
    if (!this.#conditions) return await put({});
    try {
      return await put({ IfNoneMatch: '*' });
    } catch (error) {
      const status = statusOf(error);
      // 409: another writer of the same key is at work now; what it writes is the same.
      if (status === 412 || (status === 409 && nameOf(error).startsWith('Conditional'))) return 'there';
      if (status !== 501 && nameOf(error) !== 'NotImplemented') throw error;
      this.#conditions = false;
      return (await this.#statOf(key)) === undefined ? await put({}) : 'there';
    }
  }

  async #statOf(key: string): Promise<{ readonly size: number } | undefined> {
    return await this.#unlessAbsent(async () => {
      const { ContentLength = 0 } = await this.#client.send(
        new HeadObjectCommand({ ...this.#at(key), ...this.#payer, ...this.#customerKey }),
        this.#abort(),
      );
      return { size: ContentLength };
    });
  }

  /** `from` absent: all of it. More than `most` bytes are never taken. */
  async #read(key: string, from: number | undefined, most: number, memory?: Buffer): Promise<Buffer | undefined> {
    const Range = from === undefined ? {} : { Range: `bytes=${from}-${from + most - 1}` };
    return await this.#unlessAbsent(async () => {
      const command = new GetObjectCommand({ ...this.#at(key), ...Range, ...this.#payer, ...this.#customerKey });
      const answer = await this.#client.send(command, this.#abort()).catch(nothingFromThereOn);
      if (answer === undefined) return Buffer.alloc(0);
      const size = answer.ContentLength ?? 0;
      const isWhole = from !== undefined && answer.ContentRange === undefined;
      if (answer.Body === undefined) return Buffer.alloc(0);
      if (size > most && !isWhole) {
        (answer.Body as { destroy?: () => void }).destroy?.();
        throw tooLarge(`${this.address}/${key}`, size, most);
      }
      const bytes = await bodyOf(answer.Body as AsyncIterable<Uint8Array>, size, this.#limit, memory);
      return isWhole ? bytes.subarray(from, from + most) : bytes;
    });
  }

  async #unlessAbsent<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await this.#attempt(work);
    } catch (error) {
      if (statusOf(error) === 404 && !['NoSuchBucket', 'XAdminUserNotFound'].includes(nameOf(error))) return undefined;
      throw error;
    }
  }

  async #attempt<T>(work: () => Promise<T>): Promise<T> {
    return await withAttempts(work, this.#signal);
  }

  async #told<T>(doing: string, key: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const { endpoint, name } = this.#settings;
      const secrets = await secretsOf(this.#client, this.#settings);
      throw asRemoteError(error, { doing, address: `${this.address}/${key}`, endpoint, remoteName: name, secrets });
    }
  }

  #upload(key: string): Upload {
    return {
      client: this.#client,
      at: this.#at(key),
      extra: this.#extra,
      payer: this.#payer,
      customerKey: this.#customerKey,
      attempt: (work) => this.#attempt(work),
    };
  }

  #at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#place.bucket, Key: this.#place.prefix + key };
  }

  #abort(): { abortSignal?: AbortSignal } {
    return this.#signal === undefined ? {} : { abortSignal: this.#signal };
  }
}

/** A range that begins behind the end. */
function nothingFromThereOn(error: unknown): undefined {
  if (statusOf(error) !== 416) throw error;
}

/** All of it; never more than the server told. */
async function bodyOf(body: AsyncIterable<Uint8Array>, size: number, limit: RateLimit | undefined, memory?: Buffer): Promise<Buffer> {
  const bytes = roomFor(size, memory);
  let done = 0;
  for await (const piece of body) {
    if (done + piece.length > size) throw truncatedBody(done + piece.length, size);
    bytes.set(piece, done);
    done += piece.length;
    pieceIsUsed(piece.length);
    await limit?.pace(piece.length);
  }
  if (done !== size) throw truncatedBody(done, size);
  return bytes;
}

interface CustomerKey {
  readonly SSECustomerAlgorithm?: 'AES256';
  readonly SSECustomerKey?: string;
  readonly SSECustomerKeyMD5?: string;
}

function customerKey({ sseCustomerKey: key }: RemoteSettings): CustomerKey {
  if (key === undefined) return {};
  return {
    SSECustomerAlgorithm: 'AES256',
    SSECustomerKey: Buffer.from(key).toString('base64'),
    SSECustomerKeyMD5: createHash('md5').update(key).digest('base64'),
  };
}

function uploadParameters({ storageClass, sse, sseKmsKeyId }: RemoteSettings, payer: object): object {
  return {
    ...payer,
    ...(storageClass === undefined ? {} : { StorageClass: storageClass }),
    ...(sse === undefined ? {} : { ServerSideEncryption: sse }),
    ...(sseKmsKeyId === undefined ? {} : { SSEKMSKeyId: sseKmsKeyId }),
  };
}
