import { MloError } from '../../core/errors/mlo-error.ts';

/** What the SDK throws, as far as it is looked at. */
interface ServiceError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly code?: string;
}

const TRANSIENT_CODES = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'ECONNABORTED',
  'EAI_AGAIN',
  'ERR_STREAM_PREMATURE_CLOSE',
  // Those of `fetch`.
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

export function statusOf(error: unknown): number | undefined {
  return (error as ServiceError | undefined)?.$metadata?.httpStatusCode;
}

export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

/** Another attempt may do. */
export function isTransient(error: unknown): boolean {
  if (error instanceof MloError) return false;
  const status = statusOf(error);
  // The SDK has seen the clock of the server by now, and signs the next request by it.
  if (nameOf(error) === 'RequestTimeTooSkewed') return true;
  if (status !== undefined && status >= 400) return status >= 500 || status === 429 || status === 408;
  const { code, name, message } = (error ?? {}) as ServiceError;
  return (
    TRANSIENT_CODES.has(code ?? '') ||
    name === 'TimeoutError' ||
    name === 'TruncatedBody' ||
    /aborted|socket hang up|Checksum mismatch/.test(message ?? '')
  );
}

/** A body that ended early, though its server said nothing of that. */
export function truncatedBody(found: number, expected: number): Error {
  const error = new Error(`${found} of ${expected} bytes came`);
  error.name = 'TruncatedBody';
  return error;
}

interface Where {
  /** Of the one who may have interrupted it. */
  readonly signal: AbortSignal | undefined;
  readonly doing: string;
  readonly address: string;
  readonly endpoint: string | undefined;
  readonly remoteName: string;
  /** Never told, wherever they stand. */
  readonly secrets: readonly string[];
}

/** As MLO_REMOTE or MLO_INTERRUPTED, by status first: the names of errors differ between servers. */
export function asRemoteError(error: unknown, where: Where): unknown {
  if (error instanceof MloError || !(error instanceof Error)) return error;
  // A body that is being read ends as a connection does that somebody cut: what the SDK throws then says nothing of the signal.
  if (where.signal?.aborted === true || error.name === 'AbortError') return new MloError('MLO_INTERRUPTED', 'Interrupted');
  const { why, hint } = explain(error as ServiceError, where);
  const status = statusOf(error);
  return new MloError('MLO_REMOTE', `Cannot ${where.doing} ${where.address}: ${mask(why, where.secrets)}`, {
    hint,
    details: { remote: where.remoteName, error: mask(error.name, where.secrets), ...(status === undefined ? {} : { status }) },
  });
}

function explain(error: ServiceError, { remoteName, endpoint }: Where): { readonly why: string; readonly hint: string } {
  const status = statusOf(error);
  const { name, code, message } = error;
  const check = `mlo remote check ${remoteName}`;
  if (/^Credentials|^Token.*Provider|CredentialsProviderError/.test(name))
    return {
      why: 'no credentials were found',
      hint: `Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or: mlo remote modify ${remoteName} profile <name>`,
    };
  if (name === 'XAdminUserNotFound' || name === 'InvalidAccessKeyId')
    return { why: `the server does not know the access key (${name})`, hint: check };
  if (endpoint === undefined && message.startsWith('Region is missing'))
    return { why: 'no region is set', hint: `mlo remote modify ${remoteName} region <region>, or set AWS_REGION` };
  if (name === 'SignatureDoesNotMatch') return { why: 'the secret key is not the right one (SignatureDoesNotMatch)', hint: check };
  if (name === 'RequestTimeTooSkewed')
    return { why: 'the clock of this machine differs too much from that of the server', hint: 'Set the clock, then run the command again' };
  if (/ExpiredToken|TokenRefreshRequired/.test(name))
    return {
      why: `the credentials have expired (${name})`,
      hint: 'Sign in again, then run the same command: what arrived is not sent again',
    };
  if (name === 'NoSuchBucket')
    return {
      why: 'there is no such bucket',
      hint: `Make the bucket, or change the address: mlo remote modify ${remoteName} url s3://<bucket>/<prefix>`,
    };
  if (status === 403) return { why: `access denied (403 ${name})`, hint: `See what the credentials may do: ${check}` };
  if (status === 301 || name === 'PermanentRedirect' || name === 'AuthorizationHeaderMalformed')
    return { why: `the bucket is in another region (${name})`, hint: `mlo remote modify ${remoteName} region <region>` };
  if (status !== undefined && status >= 300)
    return {
      why: `${status} ${name}${message === '' ? '' : `: ${message}`}`,
      hint: 'Run the same command again: what arrived is not sent again',
    };
  const place = endpoint ?? 'AWS';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return { why: `${place} has no address in the network (${code})`, hint: check };
  if (code === 'ECONNREFUSED') return { why: `nothing answers at ${place} (${code})`, hint: check };
  return {
    why: `the connection to ${place} failed (${code ?? name}: ${message})`,
    hint: 'Run the same command again: what arrived is not sent again',
  };
}

function mask(text: string, secrets: readonly string[]): string {
  return secrets.reduce((masked, secret) => masked.replaceAll(secret, '***'), text);
}
