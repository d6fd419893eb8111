import { createHash } from 'node:crypto';
import type { RemoteSettings } from '../settings.ts';

/** Of every request that reads or writes an object. */
export interface CustomerKey {
  readonly SSECustomerAlgorithm?: 'AES256';
  readonly SSECustomerKey?: string;
  readonly SSECustomerKeyMD5?: string;
}

export function customerKey({ sseCustomerKey: key }: RemoteSettings): CustomerKey {
  if (key === undefined) return {};
  return {
    SSECustomerAlgorithm: 'AES256',
    SSECustomerKey: Buffer.from(key).toString('base64'),
    SSECustomerKeyMD5: createHash('md5').update(key).digest('base64'),
  };
}

/** Of every request that begins an object. */
export function uploadParameters({ storageClass, sse, sseKmsKeyId }: RemoteSettings, payer: object): object {
  return {
    ...payer,
    ...(storageClass === undefined ? {} : { StorageClass: storageClass }),
    ...(sse === undefined ? {} : { ServerSideEncryption: sse }),
    ...(sseKmsKeyId === undefined ? {} : { SSEKMSKeyId: sseKmsKeyId }),
  };
}
