import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { MloError } from '../../core/errors/mlo-error.ts';
import { withAttempts } from '../s3/attempts.ts';
import { s3Client } from '../s3/client.ts';
import { asRemoteError, nameOf, statusOf, truncatedBody } from '../s3/errors.ts';
import { secretsOf } from '../s3/secrets.ts';
import type { RemoteSettings } from '../settings.ts';
import { changedMeanwhile, nothingAt } from './changed.ts';
import type { UrlFile, UrlLook, UrlReader } from './port.ts';
import { parseS3Url, type S3Url } from './s3-url.ts';

export interface S3UrlOptions {
  readonly url: string;
  readonly settings: RemoteSettings;
  /** The settings are those of a remote of the configuration, so what is wrong with them can be put right there. */
  readonly isRemote: boolean;
  readonly version?: string;
  /** At a request that fails for a reason that may pass. */
  readonly attempts?: number;
  readonly signal?: AbortSignal;
}

/** An object, or all objects below a prefix, of any server that speaks S3. Throws MLO_USAGE. */
export function s3UrlReader(options: S3UrlOptions): UrlReader {
  return new S3UrlReader(options);
}

class S3UrlReader implements UrlReader {
  readonly address: string;
  readonly name: string;
  readonly #options: S3UrlOptions;
  readonly #place: S3Url;
  readonly #client: S3Client;
  readonly #payer: { RequestPayer?: 'requester' };
  #requests = 0;

  constructor(options: S3UrlOptions) {
    this.#options = options;
    this.#place = parseS3Url(options.url);
    this.address = options.url;
    this.name = this.#place.key.split('/').filter(Boolean).pop() ?? this.#place.bucket;
    this.#client = s3Client(options.settings);
    this.#payer = options.settings.requesterPays === true ? { RequestPayer: 'requester' } : {};
  }

  get requests(): number {
    return this.#requests;
  }

  async look(): Promise<UrlLook> {
    const { key } = this.#place;
    const { version } = this.#options;
    const whole = key === '' || key.endsWith('/') ? undefined : await this.#head();
    if (whole !== undefined) return { kind: 'file', files: [whole] };
    if (version !== undefined) {
      throw new MloError('MLO_USAGE', `${this.address} has no version '${version}', or is no single object`, {
        hint: 'Versions are those of single objects.',
      });
    }
    const files = await this.#list(key === '' || key.endsWith('/') ? key : `${key}/`);
    if (files.length === 0) throw nothingAt(this.address);
    return { kind: 'folder', files };
  }

  async read(file: UrlFile, from: number, length: number): Promise<Buffer> {
    if (length === 0) return Buffer.alloc(0);
    return await this.#told('read', file, async () => {
      const bytes = await this.#send(async () => {
        const range = `bytes=${from}-${from + length - 1}`;
        const answer = await this.#client.send(new GetObjectCommand({ ...this.#at(file), Range: range }), this.#abort());
        if (answer.ContentRange === undefined && (from > 0 || answer.ContentLength !== length)) {
          (answer.Body as { destroy?: () => void } | undefined)?.destroy?.();
          throw changedMeanwhile(this.#addressOf(file));
        }
        const read = (await answer.Body?.transformToByteArray()) ?? new Uint8Array(0);
        if (read.length !== length) throw truncatedBody(read.length, length);
        return read;
      });
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    });
  }

  close(): void {
    this.#client.destroy();
  }

  /** Undefined where there is no such object, or nobody says so: without the right to list, servers answer 403. */
  async #head(): Promise<UrlFile | undefined> {
    const { version } = this.#options;
    try {
      const found = await this.#send(() =>
        this.#client.send(
          new HeadObjectCommand({ ...this.#key(''), ...this.#payer, ...(version === undefined ? {} : { VersionId: version }) }),
          this.#abort(),
        ),
      );
      const { ETag, VersionId, ContentLength = 0 } = found;
      return {
        key: '',
        size: ContentLength,
        hasRanges: true,
        ...(ETag === undefined ? {} : { etag: unquoted(ETag) }),
        ...(VersionId === undefined || VersionId === 'null' ? {} : { version: VersionId }),
      };
    } catch (error) {
      const status = statusOf(error) ?? 0;
      if (status === 404 || (version !== undefined && status === 400)) return undefined;
      if (status === 403) return await this.#forbidden(error);
      throw await this.#asError(error, 'look for', '');
    }
  }

  /** Where the prefix cannot be listed either, it is a question of rights. */
  async #forbidden(error: unknown): Promise<undefined> {
    const files = await this.#list(`${this.#place.key}/`).catch(() => []);
    if (files.length === 0) throw await this.#asError(error, 'look for', '');
  }

  async #list(prefix: string): Promise<readonly UrlFile[]> {
    const files: UrlFile[] = [];
    let token: string | undefined;
    do {
      const next = token === undefined ? {} : { ContinuationToken: token };
      const command = new ListObjectsV2Command({ Bucket: this.#place.bucket, Prefix: prefix, ...next, ...this.#payer });
      const page = await this.#told('list', { key: '' }, () => this.#send(() => this.#client.send(command, this.#abort())));
      for (const { Key, Size = 0, ETag } of page.Contents ?? []) {
        if (Key === undefined || !Key.startsWith(prefix)) continue;
        const key = Key.slice(prefix.length);
        // Consoles mark empty folders by an empty object whose key ends with a slash.
        if (key === '' || (key.endsWith('/') && Size === 0)) continue;
        files.push({ key, size: Size, hasRanges: true, ...(ETag === undefined ? {} : { etag: unquoted(ETag) }) });
      }
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
    return files;
  }

  #at({ key, etag, version }: UrlFile): { Bucket: string; Key: string; IfMatch?: string; VersionId?: string } {
    return {
      ...this.#key(key),
      ...this.#payer,
      ...(etag === undefined ? {} : { IfMatch: `"${etag}"` }),
      ...(version === undefined ? {} : { VersionId: version }),
    };
  }

  #key(below: string): { Bucket: string; Key: string } {
    const { bucket, key } = this.#place;
    if (below === '') return { Bucket: bucket, Key: key };
    return { Bucket: bucket, Key: key === '' || key.endsWith('/') ? key + below : `${key}/${below}` };
  }

  #addressOf({ key }: Pick<UrlFile, 'key'>): string {
    return key === '' ? this.address : `${this.address.replace(/\/$/, '')}/${key}`;
  }

  async #send<T>(work: () => Promise<T>): Promise<T> {
    return await withAttempts(
      async () => {
        this.#requests += 1;
        return await work();
      },
      this.#options.signal,
      this.#options.attempts,
    );
  }

  async #told<T>(doing: string, file: Pick<UrlFile, 'key'>, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const gone = statusOf(error) === 404 && nameOf(error) !== 'NoSuchBucket' && nameOf(error) !== 'XAdminUserNotFound';
      if (doing === 'read' && (gone || statusOf(error) === 412 || statusOf(error) === 416)) throw changedMeanwhile(this.#addressOf(file));
      throw await this.#asError(error, doing, file.key);
    }
  }

  async #asError(error: unknown, doing: string, key: string): Promise<unknown> {
    const { settings, isRemote, signal } = this.#options;
    const { endpoint, name } = settings;
    const secrets = await secretsOf(this.#client, settings);
    const told = asRemoteError(error, { signal, doing, address: this.#addressOf({ key }), endpoint, remoteName: name, secrets });
    if (isRemote || !(told instanceof MloError) || told.code !== 'MLO_REMOTE') return told;
    return new MloError('MLO_REMOTE', told.message, {
      hint: 'Keys are those of AWS (AWS_PROFILE, AWS_ACCESS_KEY_ID, …); another server: AWS_ENDPOINT_URL=https://…, or a remote of that bucket (mlo remote add)',
      details: told.details,
    });
  }

  #abort(): { abortSignal?: AbortSignal } {
    const { signal } = this.#options;
    return signal === undefined ? {} : { abortSignal: signal };
  }
}

function unquoted(etag: string): string {
  return etag.replace(/^"(.*)"$/s, '$1');
}
