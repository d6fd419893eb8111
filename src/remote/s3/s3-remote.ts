import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { sizeOfBody, type Body, type PutResult, type Remote, type RemoteEntry, type UnfinishedPut } from '../port.ts';
import { RateLimit } from '../rate-limit.ts';
import type { RemoteSettings, S3Address } from '../settings.ts';
import { tooLarge } from '../too-large.ts';
import { withAttempts } from './attempts.ts';
import { s3Client } from './client.ts';
import { asRemoteError, nameOf, statusOf } from './errors.ts';
import { abortUpload, arrivedBytes, PART_BYTES, unfinishedUploads, uploadInParts, type Upload } from './multipart.ts';
import { customerKey, uploadParameters, type CustomerKey } from './parameters.ts';
import { readBody } from './read-body.ts';
import { secretsOf } from './secrets.ts';
import { watchClient } from './watch-client.ts';

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
    watchClient(this.#client, {
      onRequest: () => void (this.#requests += 1),
      onServerClock: (serverMs) => void (this.clockAheadMs = Date.now() - serverMs),
    });
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
          this.#abort(),
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
        (answer.Body as Readable).destroy();
        throw tooLarge(`${this.address}/${key}`, size, most);
      }
      const bytes = await readBody(answer.Body as Readable, size, this.#limit, memory);
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
      throw asRemoteError(error, { signal: this.#signal, doing, address: `${this.address}/${key}`, endpoint, remoteName: name, secrets });
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
      abort: this.#abort(),
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
