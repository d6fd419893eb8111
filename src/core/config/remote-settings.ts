/** What a setting of a remote may be. */
export interface SettingRule {
  readonly kind: 'text' | 'boolean' | 'one-of' | 'endpoint' | 'proxy' | 'rate' | 'duration';
  readonly expects: string;
  /** Of `one-of`. */
  readonly values?: readonly string[];
  readonly means: string;
  /** Never in a file that Git keeps, never told. */
  readonly secret?: true;
}

const TEXT = { kind: 'text', expects: 'a text' } as const;
const YES_NO = { kind: 'boolean', expects: 'true or false' } as const;

export const REMOTE_SETTINGS = {
  url: { ...TEXT, means: 's3://bucket/prefix, or the path of a folder (relative to the project)' },
  endpoint: { kind: 'endpoint', expects: 'an address such as https://minio.example:9000', means: 'server that is not that of AWS' },
  region: { ...TEXT, means: 'region of the bucket' },
  profile: { ...TEXT, means: 'profile of the AWS configuration files' },
  path_style: { ...YES_NO, means: 'the bucket in the path instead of the host name (default: with an endpoint)' },
  checksums: {
    kind: 'one-of',
    values: ['supported', 'required'],
    expects: 'supported or required',
    means: 'checksum headers beside the signature; with an endpoint only where required',
  },
  access_key_id: { ...TEXT, secret: true, means: 'key of this remote alone' },
  secret_access_key: { ...TEXT, secret: true, means: 'its secret' },
  session_token: { ...TEXT, secret: true, means: 'of temporary keys' },
  storage_class: { ...TEXT, means: 'storage class of what is pushed' },
  sse: {
    kind: 'one-of',
    values: ['AES256', 'aws:kms', 'aws:kms:dsse'],
    expects: 'AES256, aws:kms or aws:kms:dsse',
    means: 'encryption on the server: AES256, aws:kms or aws:kms:dsse',
  },
  sse_kms_key_id: { ...TEXT, means: 'key of that encryption' },
  requester_pays: { ...YES_NO, means: 'this account pays for requests' },
  sse_customer_key_file: { ...TEXT, means: 'file with the 32 bytes (or their base64) of a key that encrypts what is pushed (SSE-C)' },
  proxy: {
    kind: 'proxy',
    expects: 'http://host:port without a password, or none',
    means: 'proxy instead of that of HTTPS_PROXY, HTTP_PROXY, NO_PROXY',
  },
  limit_rate: {
    kind: 'rate',
    expects: 'bytes a second such as 10M or 500K (10K at least)',
    means: 'bytes a second that transfers may take',
  },
  timeout: {
    kind: 'duration',
    expects: 'a duration such as 60s, 1s at least',
    means: 'a connection on which nothing comes or goes for so long is given up (60s)',
  },
  ca_file: { ...TEXT, means: 'certificates to trust besides those of Node (PEM)' },
} as const satisfies Record<string, SettingRule>;

export type RemoteSetting = keyof typeof REMOTE_SETTINGS;
