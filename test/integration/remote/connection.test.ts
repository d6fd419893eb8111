import { createServer, request, type IncomingHttpHeaders } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { faultProxy } from '../../helpers/fault-proxy.ts';
import { requirePeer, temporaryFolder, withEnvironment, type TestProject } from '../../helpers/index.ts';
import { mloHere } from '../../helpers/mlo-here.ts';
import { ownS3Server, s3Server } from '../../helpers/s3-server.ts';
import { join } from 'node:path';
import { clone, projectWithData, sameData, succeeds, testRemote, type TestRemote } from './remotes.ts';

const FILES = { 'data/raw/a.txt': 'a\n', 'data/raw/b.txt': 'b\n', 'data/big.bin': Buffer.alloc(100_000, 'big and not zeros ') };
const PATHS = ['data/raw', 'data/big.bin'];

interface Recorded {
  readonly method: string;
  readonly key: string;
  readonly headers: IncomingHttpHeaders;
}

/** A remote behind a proxy that notes the headers of every request. */
async function recording(): Promise<{ readonly remote: TestRemote; readonly requests: readonly Recorded[] }> {
  const proxy = await faultProxy((await s3Server()).endpoint);
  const requests: Recorded[] = [];
  proxy.decide = (_number, method, path, headers) => void requests.push({ method, key: path.split('/data/').at(1) ?? '', headers });
  const behind = await testRemote('bucket');
  return { remote: { ...behind, settings: [['endpoint', proxy.endpoint]] }, requests };
}

async function modify(project: TestProject, settings: { readonly [key: string]: string }): Promise<void> {
  for (const [key, value] of Object.entries(settings)) await succeeds(project, ['remote', 'modify', '--local', 'origin', key, value]);
}

/** What a connection that was idle may send at once, and what timers are early by. */
const BURST_MS = 75;

describe('settings of a remote', () => {
  it.each([
    ['storage_class', 'STANDARD', 'PUT', 'x-amz-storage-class'],
    ['sse', 'AES256', 'PUT', 'x-amz-server-side-encryption'],
    ['requester_pays', 'true', 'GET', 'x-amz-request-payer'],
  ])('%s is sent with every request that it belongs to', async (key, value, method, header) => {
    const { remote, requests } = await recording();
    const project = await projectWithData(FILES, PATHS, remote);
    await modify(project, { [key]: value });
    await mloHere(project, ['push']);
    const those = requests.filter((each) => each.method === method);
    expect(those.length).toBeGreaterThan(0);
    const expected = key === 'requester_pays' ? 'requester' : value;
    for (const { headers } of those) expect(headers[header]).toBe(expected);
  });

  it('sse_kms_key_id goes with the encryption that needs it', async () => {
    const { remote, requests } = await recording();
    const project = await projectWithData(FILES, PATHS, remote);
    await modify(project, { sse: 'aws:kms', sse_kms_key_id: 'alias/team' });
    await mloHere(project, ['push']);
    const [put] = requests.filter(({ method }) => method === 'PUT');
    expect(put?.headers).toMatchObject({
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': 'alias/team',
    });
  });

  it('sse_customer_key_file encrypts with a key that is in no output and in no file of the project', async () => {
    const { remote, requests } = await recording();
    const project = await projectWithData(FILES, PATHS, remote);
    const key = Buffer.alloc(32, 'secret of the test ');
    await project.write({ '../home/key': key });
    await modify(project, { sse_customer_key_file: '~/key' });
    const printed = await project.mlo(['push', '--json', '-v']);
    const checked = await project.mlo(['remote', 'check', '--json']);
    const shown = await project.mlo(['remote', 'show', '--json']);
    const objects = requests.filter((each) => each.key !== '');
    expect(objects.length).toBeGreaterThan(0);
    for (const { method, headers } of objects.filter((each) => each.method !== 'DELETE' && each.method !== 'POST'))
      expect([
        method,
        headers['x-amz-server-side-encryption-customer-algorithm'],
        headers['x-amz-server-side-encryption-customer-key'],
      ]).toEqual([method, 'AES256', key.toString('base64')]);
    const all = [printed, checked, shown].map(({ stdout, stderr }) => stdout + stderr).join('\n');
    expect(all).not.toContain(key.toString('base64'));
    expect(all).not.toContain('secret of the test');
    await project.write({ '../home/key': 'short' });
    const refused = await project.mlo(['push', '--json']);
    expect(refused.json().error).toMatchObject({ code: 'MLO_CONFIG', message: expect.stringContaining('32 bytes') as string });
  });

  it.each([
    ['limit_rate', 'fast', /10M/],
    ['proxy', 'https://user:pa55@proxy:3128', /proxy|without/],
    ['timeout', '0', /60s/],
    ['sse', 'AES-256', /AES256, aws:kms or aws:kms:dsse/],
    ['checksums', 'no', /supported or required/],
  ])('%s %s is refused', async (key, value, message) => {
    const project = await projectWithData({}, [], await testRemote('folder'));
    const { code, stderr } = await project.mlo(['remote', 'modify', 'origin', key, value]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('pa55');
  });

  it.each(['folder', 'bucket'] as const)('limit_rate and --limit-rate keep a %s from taking more', async (kind) => {
    const remote = await testRemote(kind);
    const bytes = Buffer.from(Array.from({ length: 60_000 }, (_, at) => (at * 7919 * (at % 251)) % 256));
    const project = await projectWithData({ 'data/big.bin': bytes }, ['data/big.bin'], remote);
    const pushed = await succeeds(project, ['push', '--limit-rate', '100K']);
    expect(pushed.durationMs).toBeGreaterThan(pushed.bytesSent / 100 - BURST_MS);
    await modify(project, { limit_rate: '200K' });
    const copy = await clone(project, remote);
    await modify(copy, { limit_rate: '200K' });
    const { fetch } = await succeeds(copy, ['pull']);
    expect(fetch.durationMs).toBeGreaterThan(fetch.bytesReceived / 200 - BURST_MS);
    await sameData(project, copy);
  });
});

const closing: (() => void)[] = [];
afterAll(() => closing.splice(0).forEach((close) => close()));

/** An HTTP proxy as companies have it: whole addresses for http, CONNECT for https. */
async function companyProxy(authorization?: string): Promise<{ readonly address: string; readonly seen: readonly string[] }> {
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  const isLetIn = (headers: IncomingHttpHeaders): boolean =>
    authorization === undefined || headers['proxy-authorization'] === authorization;
  const server = createServer((incoming, outgoing) => {
    seen.push(`${incoming.method} ${new URL(incoming.url ?? '/', 'http://nowhere').origin}`);
    if (!isLetIn(incoming.headers)) return void outgoing.writeHead(407).end();
    const { 'proxy-authorization': _own, ...headers } = incoming.headers;
    const onward = request(incoming.url ?? '', { method: incoming.method, headers, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  server.on('connect', (incoming, socket: Socket) => {
    seen.push(`CONNECT ${incoming.url}`);
    const [host, port] = (incoming.url ?? '').split(':');
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    for (const each of [onward, socket]) each.on('error', () => each.destroy());
    sockets.add(onward).add(socket);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  return { address: `127.0.0.1:${(server.address() as { port: number }).port}`, seen };
}

describe('a proxy', () => {
  it('is taken from the environment or the setting, and NO_PROXY and none go around it', async () => {
    const { address, seen } = await companyProxy();
    const remote = await testRemote('bucket');
    const project = await projectWithData(FILES, PATHS, remote);
    const endpoint = new URL(remote.settings[0]?.[1] ?? '');
    expect((await mloHere(withEnvironment(project, { HTTP_PROXY: `http://${address}`, NO_PROXY: '127.0.0.1' }), ['push'])).code).toBe(0);
    expect(seen).toEqual([]);
    const copy = await clone(project, remote);
    expect((await mloHere(withEnvironment(copy, { http_proxy: address }), ['pull'])).code).toBe(0);
    await sameData(project, copy);
    expect(seen.length).toBeGreaterThan(2);
    expect(new Set(seen)).toEqual(new Set([`GET ${endpoint.origin}`]));

    const before = seen.length;
    await modify(copy, { proxy: 'none' });
    expect((await mloHere(withEnvironment(copy, { HTTP_PROXY: address }), ['status', '--remote'])).code).toBe(0);
    expect(seen.length).toBe(before);
    await modify(copy, { proxy: `http://${address}` });
    expect((await mloHere(withEnvironment(copy, { NO_PROXY: '*' }), ['status', '--remote'])).code).toBe(0);
    expect(seen.length).toBeGreaterThan(before);
  });

  it('leads to an https server by a tunnel, with user and password of the environment, and a certificate of a company', async () => {
    const folder = await temporaryFolder();
    const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
    const openssl = requirePeer('openssl');
    const project = await projectWithData(FILES, PATHS, await testRemote('folder'));
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const made = await project.run(openssl, [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-keyout',
      files.key,
      '-out',
      files.cert,
      ...subject,
    ]);
    expect(made.code).toBe(0);
    const server = await ownS3Server({ tls: files });
    const { address, seen } = await companyProxy(`Basic ${Buffer.from('anna:pa ss').toString('base64')}`);
    await modify(project, { url: `s3://${server.bucket().name}/x`, endpoint: server.endpoint });
    const env = { ...server.env, HTTPS_PROXY: `http://anna:pa%20ss@${address}` };
    const untrusted = await project.mlo(['push'], { env });
    expect(untrusted.code).toBe(13);
    expect(untrusted.stderr).toMatch(/certificate/i);
    await modify(project, { ca_file: files.cert });
    expect((await project.mlo(['push'], { env })).code).toBe(0);
    expect(new Set(seen)).toEqual(new Set([`CONNECT ${new URL(server.endpoint).host}`]));
    const refused = await project.mlo(['status', '--remote', '--json'], { env: { ...env, HTTPS_PROXY: `http://anna:wrong@${address}` } });
    expect(refused.stdout + refused.stderr).not.toContain('wrong');
    expect((await project.mlo(['status', '--remote'], { env: server.env })).code).toBe(0);
  });
});

it('a clock that is wrong is told by remote check, and requests are signed by the clock of the server', async () => {
  const remote = await testRemote('bucket');
  const project = await projectWithData(FILES, PATHS, remote);
  await project.write({
    '../home/shift.mjs': `const Real = Date, shift = 2 * 3600e3;
globalThis.Date = class extends Real {
  constructor(...args) { if (args.length === 0) super(Real.now() + shift); else super(...args); }
  static now() { return Real.now() + shift; }
};\n`,
  });
  const env = { NODE_OPTIONS: `--import=${join(project.home, 'shift.mjs')}` };
  const pushed = await project.mlo(['push', '--json'], { env });
  expect(pushed.json().data).toMatchObject({ files: 3, missing: [] });
  const { data } = (await project.mlo(['remote', 'check', '--json'], { env })).json();
  expect(data.checks.find(({ name }: { name: string }) => name === 'clock')).toMatchObject({
    ok: false,
    found: expect.stringMatching(/ahead/) as string,
  });
  // With keys that may only read it is told by the answers.
  const proxy = await faultProxy((await s3Server()).endpoint);
  proxy.decide = (_number, method) => (method === 'PUT' ? { kind: 'status', status: 403, code: 'AccessDenied' } : undefined);
  await succeeds(project, ['remote', 'modify', '--local', 'origin', 'endpoint', proxy.endpoint]);
  const readOnly = (await project.mlo(['remote', 'check', '--json'], { env })).json().data;
  expect(readOnly.checks.find(({ name }: { name: string }) => name === 'clock')).toMatchObject({
    ok: false,
    found: expect.stringMatching(/7\d\d\d s ahead/) as string,
  });
  await succeeds(project, ['remote', 'modify', '--local', 'origin', 'endpoint', '--unset']);
  const right = await succeeds(project, ['remote', 'check']);
  expect(right.checks.find(({ name }: { name: string }) => name === 'clock')).toMatchObject({ ok: true });
});
