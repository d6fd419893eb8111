import { CreateMultipartUploadCommand, S3Client, UploadPartCommand } from '@aws-sdk/client-s3';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryName } from '../../../src/fs/temporary-name.ts';
import type { TestRemote } from './remotes.ts';

/** A put of 1000 bytes that is never ended. Returns the file or folder whose time tells when it began. */
export async function beginPut({ url, folder, env, settings }: TestRemote, key: string): Promise<string> {
  const endpoint = settings.find(([name]) => name === 'endpoint')?.[1];
  if (endpoint === undefined) {
    const path = join(folder, dirname(key), temporaryName());
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, Buffer.alloc(1000));
    return path;
  }
  const [bucket = '', prefix] = url.slice('s3://'.length).split(/\/(.*)/);
  const credentials = { accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '' };
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
  const at = { Bucket: bucket, Key: `${prefix}/${key}` };
  const { UploadId = '' } = await client.send(new CreateMultipartUploadCommand(at));
  await client.send(new UploadPartCommand({ ...at, UploadId, PartNumber: 1, Body: Buffer.alloc(1000) }));
  client.destroy();
  const uploads = join(folder, '..', '..', '.sgwtmp', 'multipart');
  const found = readdirSync(uploads, { recursive: true, encoding: 'utf8' }).find((name) => name.endsWith(UploadId));
  if (found === undefined) throw new Error('The server keeps its uploads somewhere else');
  return join(uploads, found);
}
