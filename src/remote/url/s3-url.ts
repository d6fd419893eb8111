import { MloError } from '../../core/errors/mlo-error.ts';

export interface S3Url {
  readonly bucket: string;
  /** Exactly as written: every character counts in a key. */
  readonly key: string;
}

/** Throws MLO_USAGE. */
export function parseS3Url(url: string): S3Url {
  const [, bucket, key = ''] = /^s3:\/\/([A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9])(?:\/(.*))?$/s.exec(url) ?? [];
  if (bucket !== undefined && !key.includes('\0')) return { bucket, key };
  throw new MloError('MLO_USAGE', `'${url}' is no address of S3`, {
    hint: 's3://<bucket>/<key or prefix>; names of buckets have 3 characters at least',
  });
}
