import { MloError } from '../../core/errors/mlo-error.ts';
import { withAttempts } from '../s3/attempts.ts';
import { truncatedBody } from '../s3/errors.ts';
import { changedMeanwhile, nothingAt } from './changed.ts';
import type { UrlFile, UrlLook, UrlReader } from './port.ts';

const HEAD_MS = 60_000;
const NO_HEAD = new Set([400, 403, 405, 501]);

/** A file of a web server. Throws MLO_USAGE where the address cannot be used. */
export function httpReader(url: string, signal?: AbortSignal, attempts?: number): UrlReader {
  return new HttpReader(url, signal, attempts);
}

/** An answer that says no; thrown so that attempts know whether another one may do. */
class Refused extends Error {
  readonly $metadata: { readonly httpStatusCode: number };
  constructor(status: number) {
    super(`the server answers ${status}`);
    this.$metadata = { httpStatusCode: status };
  }
}

class HttpReader implements UrlReader {
  readonly address: string;
  readonly name: string;
  readonly #url: string;
  readonly #signal: AbortSignal | undefined;
  readonly #attempts: number | undefined;
  #requests = 0;

  constructor(url: string, signal: AbortSignal | undefined, attempts: number | undefined) {
    this.#attempts = attempts;
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    if (parsed === undefined) throw new MloError('MLO_USAGE', `'${url}' is no address`, { hint: 'https://<host>/<path>' });
    if (parsed.username !== '' || parsed.password !== '') {
      throw new MloError('MLO_USAGE', 'An address with a password in it would be written into Git', {
        hint: 'Download the file by other means, then: mlo add <path>',
      });
    }
    this.#url = url;
    this.#signal = signal;
    // Queries may hold signatures.
    this.address = `${parsed.origin}${parsed.pathname}${parsed.search === '' ? '' : '?…'}`;
    this.name = decoded(parsed.pathname.split('/').filter(Boolean).pop() ?? parsed.hostname);
  }

  get requests(): number {
    return this.#requests;
  }

  async look(): Promise<UrlLook> {
    const answer = await this.#told('look for', () => this.#attempt(async () => await this.#head()));
    const etag = answer.headers.get('etag') ?? undefined;
    const modified = answer.headers.get('last-modified') ?? undefined;
    const encoded = answer.headers.has('content-encoding');
    const size = encoded ? undefined : sizeOf(answer);
    const isStrong = etag !== undefined && !etag.startsWith('W/');
    const hasRanges = size !== undefined && isStrong && answer.headers.get('accept-ranges') === 'bytes';
    const file: UrlFile = {
      key: '',
      hasRanges,
      ...(size === undefined ? {} : { size }),
      ...(etag === undefined ? {} : { etag }),
      ...(modified === undefined ? {} : { modified }),
    };
    return { kind: 'file', files: [file] };
  }

  async read({ etag }: UrlFile, from: number, length: number): Promise<Buffer> {
    if (length === 0) return Buffer.alloc(0);
    return await this.#told('read', () =>
      this.#attempt(async () => {
        const headers = { range: `bytes=${from}-${from + length - 1}`, ...(etag === undefined ? {} : { 'if-match': etag }) };
        const answer = await this.#fetch('GET', headers);
        // A server that knows no conditions tells the state of what it sends all the same.
        const now = answer.headers.get('etag') ?? undefined;
        if (answer.status !== 206 || (now !== undefined && now !== etag)) {
          await answer.body?.cancel();
          if (answer.status >= 500 || answer.status === 429) throw new Refused(answer.status);
          throw changedMeanwhile(this.address);
        }
        const bytes = Buffer.from(await answer.arrayBuffer());
        if (bytes.length !== length) throw truncatedBody(bytes.length, length);
        return bytes;
      }),
    );
  }

  async *stream(file: UrlFile): AsyncIterable<Uint8Array> {
    const answer = await this.#told('read', () => this.#attempt(async () => await this.#ok('GET')));
    const now = answer.headers.get('etag') ?? undefined;
    if (now !== file.etag) {
      await answer.body?.cancel();
      throw changedMeanwhile(this.address);
    }
    let length = 0;
    try {
      for await (const bytes of answer.body ?? []) {
        length += bytes.length;
        yield bytes;
      }
    } catch (error) {
      throw this.#asError(error, 'read');
    }
    if (file.size !== undefined && length !== file.size) throw this.#asError(truncatedBody(length, file.size), 'read');
  }

  close(): void {}

  /** Some servers refuse HEAD: the answer to a GET says the same, and its body is not read. */
  async #head(): Promise<Response> {
    const answer = await this.#fetch('HEAD');
    if (!NO_HEAD.has(answer.status)) return await ok(answer);
    const got = await this.#ok('GET');
    await got.body?.cancel();
    return got;
  }

  async #ok(method: string): Promise<Response> {
    return await ok(await this.#fetch(method));
  }

  async #fetch(method: string, headers: { readonly [name: string]: string } = {}): Promise<Response> {
    this.#requests += 1;
    // Bodies may take as long as they come: `fetch` itself ends those from which nothing comes for five minutes.
    const signals = [...(this.#signal === undefined ? [] : [this.#signal]), ...(method === 'HEAD' ? [AbortSignal.timeout(HEAD_MS)] : [])];
    const options = { method, headers: { 'accept-encoding': 'identity', ...headers }, redirect: 'follow' } as const;
    return await fetch(this.#url, signals.length === 0 ? options : { ...options, signal: AbortSignal.any(signals) });
  }

  async #attempt<T>(work: () => Promise<T>): Promise<T> {
    return await withAttempts(
      async () => {
        try {
          return await work();
        } catch (error) {
          throw unwrapped(error);
        }
      },
      this.#signal,
      this.#attempts,
    );
  }

  async #told<T>(doing: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#asError(error, doing);
    }
  }

  #asError(thrown: unknown, doing: string): unknown {
    const error = unwrapped(thrown);
    if (error instanceof MloError || !(error instanceof Error)) return error;
    if (this.#signal?.aborted === true) return new MloError('MLO_INTERRUPTED', 'Interrupted');
    const status = error instanceof Refused ? error.$metadata.httpStatusCode : undefined;
    if (status === 404 || status === 410) return nothingAt(this.address);
    const rights = status === 401 || status === 403;
    const code = (error as NodeJS.ErrnoException).code;
    return new MloError('MLO_REMOTE', `Cannot ${doing} ${this.address}: ${error.message}${code === undefined ? '' : ` (${code})`}`, {
      hint: rights
        ? 'Addresses that need a sign-in cannot be imported: download the file by other means, then mlo add <path>'
        : 'Check the address and the network, then run the same command again',
      details: status === undefined ? {} : { status },
    });
  }
}

async function ok(answer: Response): Promise<Response> {
  if (answer.ok) return answer;
  await answer.body?.cancel();
  throw new Refused(answer.status);
}

function sizeOf(answer: Response): number | undefined {
  const text = answer.headers.get('content-length');
  return text !== null && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** What `fetch` throws hides what went wrong. */
function unwrapped(error: unknown): unknown {
  return error instanceof TypeError && error.cause instanceof Error ? error.cause : error;
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
