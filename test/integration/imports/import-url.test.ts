import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createProjectHere, temporaryFolder, withEnvironment, type TestProject } from '../../helpers/index.ts';
import { s3Server } from '../../helpers/s3-server.ts';
import { seaweedFs } from '../../helpers/seaweedfs.ts';
import { webServer } from '../../helpers/web-server.ts';
import { clone, succeeds } from '../remote/remotes.ts';

const BIG = Buffer.alloc(9_500_000, 'some bytes of a large object, again and again ');

/** A bucket of a real server, and what commands need to read from it. */
interface TestBucket {
  readonly name: string;
  readonly env: { readonly [name: string]: string };
  put(key: string, bytes: string | Buffer): Promise<void>;
}

async function bucketOf(kind: 'versitygw' | 'seaweedfs'): Promise<TestBucket> {
  const server = kind === 'versitygw' ? await s3Server() : await seaweedFs();
  const { endpoint, accessKeyId, secretAccessKey } = server;
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } });
  const name = `import-${kind}-${Math.random().toString(36).slice(2, 10)}`;
  await client.send(new CreateBucketCommand({ Bucket: name }));
  return {
    name,
    env: {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_ENDPOINT_URL: endpoint,
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    async put(key, bytes) {
      await client.send(new PutObjectCommand({ Bucket: name, Key: key, Body: Buffer.from(bytes) }));
    },
  };
}

async function projectWith(env: { readonly [name: string]: string } = {}): Promise<TestProject> {
  return withEnvironment(await createProjectHere({ '.mlo/config.yaml': '' }, { git: true }), env);
}

function pointerOf(project: TestProject, path: string): any {
  return JSON.parse(readFileSync(project.path(`${path}.mlo`), 'utf8'));
}

describe.each(['versitygw', 'seaweedfs'] as const)('objects of %s', (kind) => {
  it('are imported as a folder, and only those that changed are downloaded at an update', async () => {
    const bucket = await bucketOf(kind);
    for (const key of ['a.txt', 'sub/b c+é.txt', 'sub/deep/c.txt']) await bucket.put(`set/${key}`, `${key}\n`);
    await bucket.put('set/big.bin', BIG);
    await bucket.put('settings', 'not below the prefix');
    const project = await projectWith(bucket.env);
    // By the real commands here; in other tests by the same without their start.
    const { data } = (await project.start(['import-url', `s3://${bucket.name}/set`, 'data/set', '--json']).ended).json();
    expect(data).toMatchObject({ path: 'data/set', files: 4, filesReceived: 4, done: true });
    expect(await project.read('data/set/sub/b c+é.txt')).toBe('sub/b c+é.txt\n');
    expect(readFileSync(project.path('data/set/big.bin')).equals(BIG)).toBe(true);
    expect((await succeeds(project, ['status'])).upToDate).toBe(true);
    expect(await project.git('check-ignore', 'data/set')).toContain('data/set');

    const { data: same } = (await project.start(['update', '--all', '--json']).ended).json();
    expect(same.imports).toMatchObject([{ path: 'data/set', state: 'unchanged' }]);
    await bucket.put('set/a.txt', 'another a\n');
    await bucket.put('set/new.txt', 'new\n');
    const dry = await succeeds(project, ['update', 'data/set', '--dry-run']);
    expect(dry).toMatchObject({ done: false, imports: [{ state: 'moved', now: '5 files (1 new, 1 changed)' }] });
    expect(await project.read('data/set/a.txt')).toBe('a.txt\n');
    const moved = await succeeds(project, ['update', 'data/set']);
    expect(moved.imports).toMatchObject([{ state: 'moved', filesReceived: 2, bytesReceived: 14 }]);
    expect(await project.read('data/set/a.txt')).toBe('another a\n');
    expect((await succeeds(project, ['verify'])).ok).toBe(true);
  });

  it('is imported as a file in ranges, with the state that it is of', async () => {
    const bucket = await bucketOf(kind);
    await bucket.put('one/big.bin', BIG);
    const project = await projectWith(bucket.env);
    const data = await succeeds(project, ['import-url', `s3://${bucket.name}/one/big.bin`]);
    expect(data).toMatchObject({ path: 'big.bin', size: BIG.length, requests: 4 });
    const { source } = pointerOf(project, 'big.bin');
    expect(source).toMatchObject({ url: `s3://${bucket.name}/one/big.bin`, size: BIG.length });
    expect(source.etag).toMatch(/^[^"]+$/);
    await bucket.put('one/big.bin', 'small now\n');
    await succeeds(project, ['update', 'big.bin']);
    expect(await project.read('big.bin')).toBe('small now\n');
    const missing = await project.mlo(['import-url', `s3://${bucket.name}/nothing`]);
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain(`Nothing lies at s3://${bucket.name}/nothing`);
  });
});

describe('imported data', () => {
  it('travels as any other, with the list of what came, and a clone updates only what changed', async () => {
    const bucket = await bucketOf('versitygw');
    await bucket.put('in/a.txt', 'a\n');
    await bucket.put('in/b.txt', 'b\n');
    const project = await projectWith(bucket.env);
    const folder = join(await temporaryFolder(), 'remote');
    await succeeds(project, ['remote', 'add', 'origin', folder]);
    await succeeds(project, ['import-url', `s3://${bucket.name}/in/`, 'data/in']);
    await project.git('add', '--all');
    await project.git('commit', '--quiet', '--message=import');
    expect((await succeeds(project, ['push'])).files).toBe(3);
    const copy = await clone(project, { url: folder, folder, env: bucket.env, settings: [], open: () => Promise.reject(new Error()) });
    await succeeds(copy, ['pull']);
    expect(await copy.read('data/in/b.txt')).toBe('b\n');
    await bucket.put('in/b.txt', 'b2\n');
    expect((await succeeds(copy, ['update', 'data/in'])).imports).toMatchObject([{ state: 'moved', filesReceived: 1 }]);
    expect((await succeeds(copy, ['gc', '--force'])).ok ?? true).toBe(true);
    expect((await succeeds(copy, ['update', 'data/in'])).imports).toMatchObject([{ state: 'unchanged' }]);
  });

  it('is known in a clone that has not pulled it: status, update and repro --pull take its list from the remote', async () => {
    const bucket = await bucketOf('versitygw');
    for (const name of ['a', 'b', 'c']) await bucket.put(`set/${name}.txt`, `${name}\n`);
    const project = await projectWith(bucket.env);
    await project.write({
      'pipeline.yaml': 'stages:\n  all: { cmd: cat data/set/*.txt > all.txt, deps: [data/set], outs: [all.txt] }\n',
    });
    const folder = join(await temporaryFolder(), 'remote');
    const remote = { url: folder, folder, env: bucket.env, settings: [], open: async () => await Promise.reject(new Error('not used')) };
    await succeeds(project, ['remote', 'add', 'origin', folder]);
    await succeeds(project, ['import-url', `s3://${bucket.name}/set`, 'data/set']);
    await succeeds(project, ['push']);
    await project.git('add', '--all');
    await project.git('commit', '--quiet', '--message=import');

    const looker = await clone(project, remote);
    expect(await succeeds(looker, ['status', '--remote'])).toMatchObject({ imports: [{ path: 'data/set', state: 'unchanged' }] });
    const updater = await clone(project, remote);
    expect(await succeeds(updater, ['update', '--all'])).toMatchObject({ imports: [{ path: 'data/set', state: 'unchanged' }] });
    const trainer = await clone(project, remote);
    await succeeds(trainer, ['repro', '--pull']);
    expect(await trainer.read('all.txt')).toBe('a\nb\nc\n');
    expect((await trainer.mlo(['verify', '--quick', '--workspace'])).code).toBe(0);
    await bucket.put('set/b.txt', 'another b\n');
    const { imports } = await succeeds(trainer, ['update', '--all']);
    expect(imports).toMatchObject([{ state: 'moved', before: '3 files', now: '3 files (1 changed)', filesReceived: 1 }]);
  });

  it('takes the endpoint and the keys of a remote in the same bucket, also by its name', async () => {
    const bucket = await bucketOf('versitygw');
    await bucket.put('shared/x.txt', 'x\n');
    const project = await projectWith();
    await succeeds(project, ['remote', 'add', 'store', `s3://${bucket.name}/shared`]);
    const settings = { endpoint: 'AWS_ENDPOINT_URL', access_key_id: 'AWS_ACCESS_KEY_ID', secret_access_key: 'AWS_SECRET_ACCESS_KEY' };
    for (const [key, name] of Object.entries(settings))
      await succeeds(project, ['remote', 'modify', '--local', 'store', key, bucket.env[name] ?? '']);
    await succeeds(project, ['import-url', `s3://${bucket.name}/shared/x.txt`]);
    await succeeds(project, ['import-url', 'remote://store/x.txt', 'y.txt']);
    expect(await project.read('y.txt')).toBe('x\n');
    expect(pointerOf(project, 'y.txt').source.url).toBe('remote://store/x.txt');
  });

  it('keeps its source when it moves, and loses it when other bytes are added', async () => {
    const project = await projectWith();
    writeFileSync(join(project.home, 'in.txt'), 'in\n');
    await succeeds(project, ['import-url', join(project.home, 'in.txt'), 'a.txt']);
    await succeeds(project, ['mv', 'a.txt', 'b.txt']);
    expect(pointerOf(project, 'b.txt').source.url).toBe(join(project.home, 'in.txt'));
    await project.write({ 'b.txt': 'own\n' });
    const refused = await succeeds(project, ['update', '--all'], [3]);
    expect(refused.imports).toMatchObject([{ state: 'failed', code: 'MLO_OUT_UNSAVED' }]);
    await succeeds(project, ['add', 'b.txt']);
    expect(pointerOf(project, 'b.txt').source).toBeUndefined();
    expect((await project.mlo(['update', 'b.txt'])).stderr).toContain('was added, not imported');
  });

  it('is refused where something lies or is tracked, until --force says so', async () => {
    const project = await projectWith();
    const from = join(project.home, 'in.txt');
    writeFileSync(from, 'in\n');
    await project.write({ 'mine.txt': 'mine\n', 'pipeline.yaml': 'stages:\n  s: { cmd: echo 1 > made.txt, outs: [made.txt] }\n' });
    for (const [out, message] of [
      ['mine.txt', 'Something lies at'],
      ['made.txt', 'overlaps with out'],
      ['pipeline.yaml', 'name of a file of the project'],
      ['.git/x', 'cannot be tracked'],
      ['../x', 'outside the project'],
    ] as const) {
      const result = await project.mlo(['import-url', from, out]);
      expect({ out, code: result.code, text: result.stderr }).toMatchObject({
        out,
        code: 2,
        text: expect.stringContaining(message) as string,
      });
    }
    expect(await project.read('mine.txt')).toBe('mine\n');
    await succeeds(project, ['import-url', from, 'mine.txt', '--force']);
    expect(await project.read('mine.txt')).toBe('in\n');
    expect((await project.mlo(['import-url', from, 'mine.txt'])).stderr).toContain('is imported already');
  });
});

describe('a folder of a mounted disk', () => {
  it('is imported with executable bits, and an update sees what changed', async () => {
    const project = await projectWith();
    const from = join(project.home, 'disk');
    mkdirSync(join(from, 'sub'), { recursive: true });
    writeFileSync(join(from, 'sub', 'a.txt'), 'a\n');
    writeFileSync(join(from, 'run.sh'), '#!/bin/sh\n', { mode: 0o755 });
    const data = await succeeds(project, ['import-url', `file://${from}`, 'data/']);
    expect(data.path).toBe('data/disk');
    expect((await project.run('test', ['-x', 'data/disk/run.sh'])).code).toBe(0);
    appendFileSync(join(from, 'sub', 'a.txt'), 'more\n');
    rmSync(join(from, 'run.sh'));
    expect((await succeeds(project, ['update', 'data'])).imports).toMatchObject([
      { state: 'moved', filesReceived: 1, now: '1 file (1 changed, 1 gone)' },
    ]);
    expect(await project.read('data/disk/sub/a.txt')).toBe('a\nmore\n');
    expect(project.exists('data/disk/run.sh')).toBe(false);
    expect(dirname(project.path('data/disk'))).toBe(project.path('data'));
  });
});

describe('a file of a web server', () => {
  it('has with get the name that it has with import-url', async () => {
    const bucket = await bucketOf('versitygw');
    await bucket.put('in/what?a#b%20c.txt', 'of a bucket\n');
    const server = await webServer({ '/of%20the%20web.txt': { bytes: Buffer.from('of the web\n'), etag: '"1"' } });
    for (const verb of ['import-url', 'get']) {
      const here = await projectWith(bucket.env);
      await succeeds(here, [verb, `s3://${bucket.name}/in/what?a#b%20c.txt`]);
      await succeeds(here, [verb, `${server.url}/of%20the%20web.txt`]);
      expect(await here.read('what?a#b%20c.txt')).toBe('of a bucket\n');
      expect(await here.read('of the web.txt')).toBe('of the web\n');
    }
  });

  it('comes in ranges of one state where the server has them, else as a stream', async () => {
    const server = await webServer({
      '/big.bin': { bytes: BIG, etag: '"1"' },
      '/plain.bin': { bytes: BIG, modified: 'Sat, 21 Nov 2026 10:00:00 GMT', ranges: false },
    });
    const project = await projectWith();
    await succeeds(project, ['import-url', `${server.url}/big.bin`]);
    expect(server.requests).toEqual([
      'HEAD /big.bin',
      ...['0-4194303', '4194304-8388607', '8388608-9499999'].map((range) => `GET /big.bin ${range}`),
    ]);
    await succeeds(project, ['import-url', `${server.url}/plain.bin`]);
    expect(readFileSync(project.path('plain.bin')).equals(BIG)).toBe(true);
    const count = server.requests.length;
    expect((await succeeds(project, ['update', '--all'])).imports.map((each: any) => each.state)).toEqual(['unchanged', 'unchanged']);
    expect(server.requests.length - count).toBe(2);
    server.files.set('/big.bin', { bytes: Buffer.from('new\n'), etag: '"2"' });
    await succeeds(project, ['update', 'big.bin']);
    expect(await project.read('big.bin')).toBe('new\n');
  });

  it('says what is wrong with an address', async () => {
    const server = await webServer();
    const project = await projectWith();
    server.intercept = (request, response) => {
      if (request.url !== '/private') return false;
      response.writeHead(403).end();
      return true;
    };
    for (const [url, text] of [
      [`${server.url}/nothing`, 'Nothing lies at'],
      [`${server.url}/private`, 'the server answers 403'],
      ['https://user:word@example.org/x', 'password'],
      [`${server.url}/x?X-Amz-Signature=0123`, 'holds a signature or key'],
      ['gs://bucket/x', "cannot read 'gs://' addresses"],
      ['s3://b', 'is no address of S3'],
      ['./nowhere.txt', 'Nothing lies at'],
    ] as const) {
      const result = await project.mlo(['import-url', url, 'out']);
      expect({ url, code: result.code > 0, text: result.stderr }).toEqual({
        url,
        code: true,
        text: expect.stringContaining(text) as string,
      });
      expect(result.stderr).not.toContain('word@');
    }
  });
});
