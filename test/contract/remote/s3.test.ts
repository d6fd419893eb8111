import { CreateMultipartUploadCommand, ListMultipartUploadsCommand, S3Client, UploadPartCommand } from '@aws-sdk/client-s3';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { openRemote } from '../../../src/remote/open-remote.ts';
import type { Remote } from '../../../src/remote/port.ts';
import { PART_BYTES } from '../../../src/remote/s3/multipart.ts';
import type { RemoteSettings } from '../../../src/remote/settings.ts';
import { temporaryFolder } from '../../helpers/index.ts';
import { seaweedFs } from '../../helpers/seaweedfs.ts';
import { s3Server } from '../../helpers/s3-server.ts';
import { remoteContract, unfinishedContract } from './contract.ts';

async function settings(): Promise<RemoteSettings> {
  const { endpoint, accessKeyId, secretAccessKey, bucket } = await s3Server();
  return { name: 'test', url: `s3://${bucket().name}/team/iris`, endpoint, accessKeyId, secretAccessKey };
}

async function open(change: Partial<RemoteSettings> = {}): Promise<Remote> {
  return await openRemote({ ...(await settings()), ...change });
}

remoteContract('a remote in a bucket (versitygw)', () => open());

remoteContract('a remote in a bucket (SeaweedFS)', async () => {
  const { endpoint, accessKeyId, secretAccessKey, bucket } = await seaweedFs();
  return await openRemote({ name: 'test', url: `s3://${await bucket()}/team/iris`, endpoint, accessKeyId, secretAccessKey });
});

function begins({ url, endpoint, accessKeyId, secretAccessKey }: RemoteSettings): (key: string) => Promise<void> {
  const [bucket = '', prefix] = url.slice('s3://'.length).split(/\/(.*)/);
  const client = new S3Client({
    endpoint: endpoint as string,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: accessKeyId as string, secretAccessKey: secretAccessKey as string },
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  return async (key) => {
    const at = { Bucket: bucket, Key: `${prefix}/${key}` };
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(at));
    await client.send(new UploadPartCommand({ ...at, UploadId, PartNumber: 1, Body: Buffer.alloc(1000) }));
  };
}

unfinishedContract('a remote in a bucket (versitygw)', async () => {
  const own = await settings();
  return { remote: await openRemote(own), begin: begins(own) };
});

unfinishedContract('a remote in a bucket (SeaweedFS)', async () => {
  const { endpoint, accessKeyId, secretAccessKey, bucket } = await seaweedFs();
  const own = { name: 'test', url: `s3://${await bucket()}/team/iris`, endpoint, accessKeyId, secretAccessKey };
  return { remote: await openRemote(own), begin: begins(own) };
});

it('keeps the keys of two prefixes apart, however the prefix is written', async () => {
  const base = await settings();
  const [bucket] = base.url.slice(5).split('/');
  const first = await openRemote({ ...base, url: `s3://${bucket}//a/./b/` });
  const same = await openRemote({ ...base, url: `s3://${bucket}/a/b` });
  const other = await openRemote({ ...base, url: `s3://${bucket}` });
  await first.put('format.json', Buffer.from('x'));
  expect(await same.stat('format.json')).toEqual({ size: 1 });
  expect(await other.stat('format.json')).toBeUndefined();
});

it('goes on with an upload that was left unfinished: parts that arrived are not sent again', async () => {
  const base = await settings();
  const remote = await openRemote(base);
  const bytes = Buffer.alloc(3 * PART_BYTES, 'abc');
  const path = join(await temporaryFolder(), 'large');
  writeFileSync(path, bytes);
  const client = new S3Client({
    endpoint: base.endpoint as string,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: base.accessKeyId as string, secretAccessKey: base.secretAccessKey as string },
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  const at = { Bucket: base.url.slice(5).split('/')[0] as string, Key: 'team/iris/packs/ab/large' };
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(at));
  for (const PartNumber of [1, 2])
    await client.send(
      new UploadPartCommand({ ...at, UploadId, PartNumber, Body: bytes.subarray((PartNumber - 1) * PART_BYTES, PartNumber * PART_BYTES) }),
    );
  expect(await remote.put('packs/ab/large', { path, size: bytes.length })).toBe('written');
  // A look, the list of uploads, the list of parts, one part, the end.
  expect(remote.requests).toBe(5);
  expect((await remote.get('packs/ab/large', bytes.length))?.equals(bytes)).toBe(true);
  expect((await client.send(new ListMultipartUploadsCommand({ Bucket: at.Bucket }))).Uploads ?? []).toEqual([]);
  client.destroy();
});

it.each([
  ['a key that the server does not know', { accessKeyId: 'AKIANOBODYKNOWSME' }, /does not know the access key/],
  ['a wrong secret', { secretAccessKey: 'wrong-secret-of-somebody' }, /secret key is not the right one/],
  ['a bucket that is not there', { url: 's3://no-such-bucket-anywhere/x' }, /no such bucket/],
])('tells %s in words, without saying what is secret', async (_what, change, message) => {
  const remote = await open(change);
  const error: Error & { code?: string } = await remote.put('index/a', Buffer.from('1')).then(
    () => expect.unreachable(),
    (thrown: Error) => thrown,
  );
  expect(error.code).toBe('MLO_REMOTE');
  expect(error.message).toMatch(message);
  expect(inspect(error, { depth: 5 })).not.toMatch(/wrong-secret|mlotestsecret|AKIANOBODY/);
});

it('begins no upload of a file that is gone', async () => {
  const remote = await open();
  const body = { path: join(await temporaryFolder(), 'gone'), size: 3 * PART_BYTES };
  await expect(remote.put('packs/ab/gone', body)).rejects.toMatchObject({ code: 'MLO_REMOTE' });
  const uploads: string[] = [];
  for await (const { key } of remote.unfinished()) uploads.push(key);
  expect(uploads).toEqual([]);
});

it('says that nothing answers, after a few attempts', async () => {
  const remote = await openRemote({
    name: 'dead',
    url: 's3://bucket',
    endpoint: 'http://127.0.0.1:1',
    accessKeyId: 'a',
    secretAccessKey: 'b',
  });
  await expect(remote.stat('format.json')).rejects.toMatchObject({
    code: 'MLO_REMOTE',
    message: expect.stringContaining('nothing answers') as string,
  });
});
