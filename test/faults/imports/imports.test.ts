import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { importUrl } from '../../../src/app/import-url.ts';
import { EXIT } from '../../../src/core/errors/catalogue.ts';
import { appContext, createProject, temporaryFolder, withEnvironment, type TestProject } from '../../helpers/index.ts';
import { faultProxy, type FaultProxy } from '../../helpers/fault-proxy.ts';
import { mloHere, type Answer } from '../../helpers/mlo-here.ts';
import { s3Server } from '../../helpers/s3-server.ts';
import { webServer } from '../../helpers/web-server.ts';
import { succeeds } from '../../integration/remote/remotes.ts';

const BIG = Buffer.alloc(9_000_000, 'bytes of a large file, again and again ');
const SMALL = Buffer.alloc(5_000, 'a,b\n1,2\n');
const FILES = 24;

interface Bucket {
  readonly url: string;
  readonly proxy: FaultProxy;
  readonly project: TestProject;
}

/** A prefix with files of 100 kB behind a proxy that makes faults, and a project whose commands go through it. */
async function bucketWithFaults(): Promise<Bucket> {
  const { endpoint, env, accessKeyId, secretAccessKey, bucket } = await s3Server();
  const { name } = bucket();
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } });
  for (let number = 0; number < FILES; number += 1) {
    const Body = Buffer.alloc(100_000, `file ${number} `);
    await client.send(new PutObjectCommand({ Bucket: name, Key: `set/file${number}.bin`, Body }));
  }
  const proxy = await faultProxy(endpoint);
  const project = await createProject({ '.mlo/config.yaml': '' }, { git: true });
  return { url: `s3://${name}/set`, proxy, project: withEnvironment(project, { ...env, AWS_ENDPOINT_URL: proxy.endpoint }) };
}

function gets({ proxy }: Bucket): number {
  return proxy.requests.filter((line) => /^GET .*file\d+\.bin$/.test(line)).length;
}

/** Nothing was placed, and what the cache has is right. */
async function nothingHappened(project: TestProject, ...paths: readonly string[]): Promise<void> {
  for (const path of paths) expect([path, project.exists(path), project.exists(`${path}.mlo`)]).toEqual([path, false, false]);
  expect((await succeeds(project, ['verify'])).ok).toBe(true);
}

async function whole(project: TestProject): Promise<void> {
  for (let number = 0; number < FILES; number += 1)
    expect(readFileSync(project.path(`set/file${number}.bin`)).equals(Buffer.alloc(100_000, `file ${number} `))).toBe(true);
  expect((await succeeds(project, ['verify'])).ok).toBe(true);
}

describe('an import from a bucket', () => {
  it('that was killed at any request is finished by the same command, which asks only for the rest', async () => {
    for (const at of [1, 6, 15, FILES + 1]) {
      const bucket = await bucketWithFaults();
      const { proxy, project, url } = bucket;
      const running = project.start(['import-url', url, '-j', '1']);
      proxy.decide = (number) => {
        if (number < at) return undefined;
        running.signalGroup('SIGKILL');
        return { kind: 'reset' };
      };
      expect((await running.ended).code).not.toBe(0);
      proxy.decide = () => undefined;
      await nothingHappened(project, 'set');
      const before = gets(bucket);
      await succeeds(project, ['import-url', url]);
      // A HEAD and a list came before the first file, and the last one did not arrive.
      expect(gets(bucket) - before).toBeLessThanOrEqual(FILES - Math.max(0, at - 4));
      await whole(project);
    }
  });

  it('whose rights end in the middle keeps what arrived', async () => {
    const bucket = await bucketWithFaults();
    const { proxy, project, url } = bucket;
    proxy.decide = (number) => (number >= 10 ? { kind: 'status', status: 403, code: 'ExpiredToken' } : undefined);
    const result = await project.mlo(['import-url', url, '-j', '1']);
    expect(result.code).toBe(13);
    expect(result.stderr).toContain('have expired');
    proxy.decide = () => undefined;
    await nothingHappened(project, 'set');
    const before = gets(bucket);
    await succeeds(project, ['import-url', url]);
    // A HEAD and two lists came before the first file.
    expect(gets(bucket) - before).toBeLessThan(FILES - 5);
    await whole(project);
  });

  it('gets over cut bodies, resets and servers that ask to slow down', async () => {
    const { proxy, project, url } = await bucketWithFaults();
    proxy.decide = (number) => {
      if (number % 5 === 1) return { kind: 'cut', bytes: 1000 };
      if (number % 5 === 3) return { kind: 'reset' };
      return number % 11 === 2 ? { kind: 'status', status: 503, code: 'SlowDown' } : undefined;
    };
    await succeeds(project, ['import-url', url]);
    await whole(project);
  });

  it('notices an object that is another one by the time it is downloaded', async () => {
    const { proxy, project, url } = await bucketWithFaults();
    proxy.decide = (_number, method, path) =>
      method === 'GET' && path.endsWith('file7.bin') ? { kind: 'status', status: 412, code: 'PreconditionFailed' } : undefined;
    const result = await project.mlo(['import-url', url]);
    expect(result.code).toBe(3);
    expect(result.stderr).toContain('file7.bin changed while it was downloaded');
    await nothingHappened(project, 'set');
  });
});

describe('an import from a web server', () => {
  it('begins a stream again that broke off, and asks again for ranges that did', async () => {
    const server = await webServer({
      '/stream.bin': { bytes: BIG, etag: '"1"', ranges: false, cut: { after: 5_000_000, times: 1 } },
      '/ranges.bin': { bytes: BIG, etag: '"1"', cut: { after: 100_000, times: 2 } },
      '/small.csv': { bytes: SMALL, ranges: false, cut: { after: 1_000, times: 2 } },
    });
    const project = await createProject({ '.mlo/config.yaml': '' });
    for (const [name, bytes] of [
      ['stream.bin', BIG],
      ['ranges.bin', BIG],
      ['small.csv', SMALL],
    ] as const) {
      await succeeds(project, ['import-url', `${server.url}/${name}`]);
      expect(readFileSync(project.path(name)).equals(bytes)).toBe(true);
    }
  });

  it('that breaks off each time says so, and leaves nothing', async () => {
    const server = await webServer({ '/small.csv': { bytes: SMALL, ranges: false, cut: { after: 1_000, times: 100 } } });
    const project = await createProject({ '.mlo/config.yaml': '' });
    const { code, error } = await mloHere(project, ['import-url', `${server.url}/small.csv`]);
    expect({ code, error }).toMatchObject({ code: EXIT.remote, error: { code: 'MLO_REMOTE' } });
    expect(server.requests.filter((request) => request.startsWith('GET'))).toHaveLength(3);
    await nothingHappened(project, 'small.csv');
  });

  it('that is interrupted leaves nothing but what came whole', async () => {
    const server = await webServer({ '/ranges.bin': { bytes: BIG, etag: '"1"' } });
    const project = await createProject({ '.mlo/config.yaml': '' });
    const stop = new AbortController();
    server.intercept = (request) => {
      const isLast = request.headers.range?.endsWith('-8999999') === true;
      if (isLast) stop.abort();
      return isLast;
    };
    const ctx = { ...appContext(project.root, project.env), signal: stop.signal };
    const importing = importUrl(ctx, { url: `${server.url}/ranges.bin`, force: false, dry: false });
    await expect(importing).rejects.toMatchObject({ code: 'MLO_INTERRUPTED' });
    await nothingHappened(project, 'ranges.bin');
    expect(readdirSync(project.path('.mlo/cache'), { recursive: true }).filter((path) => String(path).includes('tmp'))).toEqual([]);
  });

  it('to a place that nobody tracks leaves nothing beside it where it is interrupted', async () => {
    const server = await webServer({ '/plain.bin': { bytes: BIG, ranges: false } });
    const project = await createProject({});
    const get = project.start(['get', `${server.url}/plain.bin`]);
    let beside: readonly string[] = [];
    server.intercept = (request) => {
      if (request.method !== 'GET') return false;
      beside = readdirSync(project.root).filter((name) => name.startsWith('.mlo-get-'));
      get.child.kill('SIGINT');
      return true;
    };
    expect((await get.ended).code).toBe(130);
    expect(beside).toHaveLength(1);
    expect(readdirSync(project.root).filter((name) => name.startsWith('.mlo-get-'))).toEqual([]);
  });

  it('never puts two states of a file together', async () => {
    const server = await webServer({ '/a.bin': { bytes: BIG, etag: '"1"' }, '/b.bin': { bytes: BIG, etag: '"1"', ranges: false } });
    const project = await createProject({ '.mlo/config.yaml': '' });
    server.intercept = (request) => {
      const path = request.url ?? '';
      if (request.method === 'GET')
        server.files.set(path, { ...server.files.get(path), bytes: Buffer.alloc(BIG.length, 'x'), etag: '"2"' });
      return false;
    };
    for (const name of ['a.bin', 'b.bin']) {
      const result = await project.mlo(['import-url', `${server.url}/${name}`]);
      expect(result.code).toBe(3);
      expect(result.stderr).toContain('changed while it was downloaded');
    }
    await nothingHappened(project, 'a.bin', 'b.bin');
    expect(readdirSync(project.path('.mlo', 'cache', 'objects')).filter((name) => name.includes('tmp'))).toEqual([]);
  });
});

const closing: (() => void)[] = [];
afterAll(() => closing.forEach((close) => close()));

/** A server that answers every list with these keys. */
async function listing(keys: readonly string[]): Promise<string> {
  const escape = (text: string): string => text.replace(/[&<>\u0000-\u001f]/g, (one) => `&#${one.charCodeAt(0)};`);
  const contents = keys.map((key) => `<Contents><Key>set/${escape(key)}</Key><Size>3</Size><ETag>"1"</ETag></Contents>`).join('');
  const xml = `<?xml version="1.0"?><ListBucketResult><Name>b</Name><KeyCount>${keys.length}</KeyCount><IsTruncated>false</IsTruncated>${contents}</ListBucketResult>`;
  const server = createServer((request, response) => {
    if (request.method === 'HEAD') return void response.writeHead(404).end();
    if (request.url?.includes('list-type') === true) return void response.writeHead(200, { 'content-type': 'application/xml' }).end(xml);
    response.writeHead(206, { 'content-range': 'bytes 0-2/3', 'content-length': '3', etag: '"1"' }).end('bad');
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  closing.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

describe('keys that an attacker has written', () => {
  it.each([
    ['../../escaped'],
    ['a/../../escaped'],
    ['/absolute'],
    ['a//b'],
    ['a/./b'],
    ['..\\..\\escaped'],
    ['.git/hooks/post-checkout'],
    ['sub/.GIT/config'],
    ['.mlo/config.yaml'],
    [`${'x'.repeat(300)}`],
    ['.mlo-tmp-0123456789abcdef'],
    ['file', 'file/below'],
    ['twice', 'twice'],
  ])('%j is refused before anything is written', async (...keys) => {
    const endpoint = await listing(['good.txt', ...keys]);
    const project = await createProject({ '.mlo/config.yaml': '' });
    const importFrom = async (address: string): Promise<Answer> => {
      const env = {
        AWS_ENDPOINT_URL: address,
        AWS_ACCESS_KEY_ID: 'key',
        AWS_SECRET_ACCESS_KEY: 'other',
        AWS_EC2_METADATA_DISABLED: 'true',
      };
      return await mloHere(withEnvironment(project, env), ['import-url', 's3://bucket/set', 'in/set']);
    };
    const { code, error } = await importFrom(endpoint);
    expect({ code, text: JSON.stringify(error) }).toMatchObject({ code: 2, text: expect.stringContaining('is refused') as string });
    await nothingHappened(project, 'in', 'in/set', '../escaped', 'escaped');
    expect((await importFrom(await listing(['good.txt']))).code).toBe(0);
  });
});

describe('a source whose bytes are not those of its digests', () => {
  it('is refused, wherever they lie', async () => {
    const from = await createProject({ '.mlo/config.yaml': '' }, { git: true });
    const folder = join(await temporaryFolder(), 'remote');
    const bytes = randomBytes(200_000);
    await from.write({ 'data/a.bin': bytes, 'data/b.txt': 'small\n' });
    await succeeds(from, ['remote', 'add', 'origin', folder]);
    await succeeds(from, ['add', 'data']);
    await from.git('add', '--all');
    await from.git('commit', '--quiet', '--message=data');
    await succeeds(from, ['push']);
    damageAll(from.path('.mlo', 'cache', 'objects'));
    const project = await createProject({ '.mlo/config.yaml': '' });
    // The cache is damaged, the remote is whole.
    await succeeds(project, ['import', from.root, 'data']);
    expect(readFileSync(project.path('data/a.bin')).equals(bytes)).toBe(true);

    damageAll(join(folder, 'packs'));
    const second = await createProject({ '.mlo/config.yaml': '' });
    const result = await second.mlo(['import', from.root, 'data']);
    expect(result.code).toBe(12);
    expect(result.stderr).toContain("Not all of 'data'");
    await nothingHappened(second, 'data');
    const got = await second.mlo(['get', from.root, 'data']);
    expect(got.code).toBe(12);
    expect(existsSync(second.path('data'))).toBe(false);
  });
});

/** One bit in the middle of every file below. */
function damageAll(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = readFileSync(path);
    bytes[bytes.length >> 2] = (bytes[bytes.length >> 2] as number) ^ 1;
    writeFileSync(path, bytes);
  }
}
