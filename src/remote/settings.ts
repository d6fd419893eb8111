/** One remote as the configuration describes it; what is not set is absent. */
export interface RemoteSettings {
  readonly name: string;
  /** `s3://bucket/prefix`, or the path of a folder (absolute by now). */
  readonly url: string;
  readonly endpoint?: string;
  readonly region?: string;
  /** Profile of the AWS configuration files. */
  readonly profile?: string;
  readonly pathStyle?: boolean;
  /** Checksums in headers beside those that signatures have: `required` for servers that refuse them. */
  readonly checksums?: 'supported' | 'required';
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly sessionToken?: string;
  readonly storageClass?: string;
  readonly sse?: string;
  readonly sseKmsKeyId?: string;
  readonly requesterPays?: boolean;
  /** PEM file of certificates to trust besides those that Node trusts. */
  readonly caFile?: string;
  /** A connection on which nothing comes or goes for so long is given up. */
  readonly timeoutMs?: number;
  /** `http://host:port`, or `none`. */
  readonly proxy?: string;
  /** Of the environment, where `proxy` says nothing; may hold a password. */
  readonly proxyEnv?: { readonly http?: string; readonly https?: string; readonly no?: string };
  /** Bytes a second, of all transfers of this process together. */
  readonly limitRate?: number;
  /** Key of encryption with a key that the server forgets (SSE-C), 32 bytes. Never told. */
  readonly sseCustomerKey?: Uint8Array;
}

export interface S3Address {
  readonly bucket: string;
  /** Ends with a slash, or is empty. */
  readonly prefix: string;
}

/** Undefined where the address is no `s3://` one, or none that can be used. `//`, `.` and `..` mean other things to every server, so they go. */
export function parseS3Address(url: string): S3Address | undefined {
  const [, bucket, path = ''] = /^s3:\/\/([A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9])(?:\/(.*))?$/s.exec(url) ?? [];
  if (bucket === undefined || path.includes('\0')) return undefined;
  const parts = path.split('/').filter((part) => part !== '' && part !== '.' && part !== '..');
  return { bucket, prefix: parts.length === 0 ? '' : `${parts.join('/')}/` };
}
