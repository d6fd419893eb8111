import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { openRemote } from '../../../src/remote/open-remote.ts';
import type { RemoteSettings } from '../../../src/remote/settings.ts';
import { s3UrlReader } from '../../../src/remote/url/s3-url-reader.ts';
import { faultProxy } from '../../helpers/fault-proxy.ts';
import { s3Server } from '../../helpers/s3-server.ts';
import { keysOf, projectWithData, succeeds, testRemote, type TestRemote } from '../../integration/remote/remotes.ts';
import { files, PATHS, rig } from './rig.ts';

/** Bytes of a body, of which only the first half comes: more than waits unread. */
const LENGTH = 2_000_000;

/** Resolves when the half of the body that comes from that host has been read. */
async function halfIsRead(host: string): Promise<void> {
  let answer: IncomingMessage | undefined;
  const listener = (message: unknown): void => {
    const { request, response } = message as { readonly request: ClientRequest; readonly response: IncomingMessage };
    if (request.getHeader('host') === host) answer = response;
  };
  subscribe('http.client.response.finish', listener);
  await expect.poll(() => answer?.socket.bytesRead).toBeGreaterThan(LENGTH / 2);
  unsubscribe('http.client.response.finish', listener);
}

/** A bucket with one object, of whose body half comes; nothing more after that. */
async function stalled(): Promise<{ readonly settings: RemoteSettings; readonly host: string }> {
  const { endpoint, accessKeyId, secretAccessKey, bucket } = await s3Server();
  const proxy = await faultProxy(endpoint);
  const settings = { name: 'test', url: `s3://${bucket().name}/x`, endpoint, accessKeyId, secretAccessKey };
  await (await openRemote(settings)).put('packs/ab/x', Buffer.alloc(LENGTH, 'x'));
  proxy.decide = (_number, method) => (method === 'GET' ? { kind: 'stall', bytes: LENGTH / 2 } : undefined);
  return { settings: { ...settings, endpoint: proxy.endpoint }, host: new URL(proxy.endpoint).host };
}

describe('Ctrl-C while a body comes', () => {
  it('from a remote is no failure of the server', async () => {
    const { settings } = await stalled();
    const stop = new AbortController();
    const memory = Buffer.alloc(LENGTH);
    const reading = (await openRemote(settings, stop.signal)).getRange('packs/ab/x', 0, LENGTH, memory);
    const rejects = expect(reading).rejects.toMatchObject({ code: 'MLO_INTERRUPTED' });
    await expect.poll(() => memory.subarray(0, 1).toString()).toBe('x');
    stop.abort();
    await rejects;
  });

  it('from an address is no failure of the server', async () => {
    const { settings, host } = await stalled();
    const stop = new AbortController();
    const reader = s3UrlReader({ url: `${settings.url}/packs/ab/x`, settings, isRemote: true, signal: stop.signal });
    const rejects = expect(reader.read({ key: '', size: LENGTH, hasRanges: true }, 0, LENGTH)).rejects.toMatchObject({
      code: 'MLO_INTERRUPTED',
    });
    await halfIsRead(host);
    stop.abort();
    await rejects;
  });
});

function leasesOn({ folder }: TestRemote): readonly string[] {
  return keysOf(folder).filter((key) => key.startsWith('leases/'));
}

it('Ctrl-C in a check of a remote leaves nothing that it wrote there', async () => {
  const { proxy, remote, project } = await rig();
  const check = project.start(['remote', 'check', '--json']);
  let probes: readonly string[] = [];
  proxy.decide = (_number, method, path) => {
    if (method !== 'GET' || !path.includes('/probe/')) return undefined;
    probes = keysOf(remote.folder).filter((key) => key.startsWith('probe/'));
    check.child.kill('SIGINT');
    return { kind: 'hold', until: check.ended };
  };
  const ended = await check.ended;
  expect(probes).toHaveLength(1);
  expect([ended.code, ended.json().error.code]).toEqual([130, 'MLO_INTERRUPTED']);
  expect(keysOf(remote.folder).filter((key) => key.startsWith('probe/'))).toEqual([]);
});

describe('Ctrl-C in a push', () => {
  it('ends what is on its way and takes the lease back: nobody waits for it, and the next push completes it', async () => {
    const { proxy, remote, project } = await rig();
    const push = project.start(['push', '--json']);
    let leases: readonly string[] = [];
    proxy.decide = (_number, method, path) => {
      if (method !== 'PUT' || !path.includes('/packs/')) return undefined;
      if (leases.length === 0) push.child.kill('SIGINT');
      leases = leasesOn(remote);
      return { kind: 'hold', until: push.ended };
    };
    const ended = await push.ended;
    expect(leases).toHaveLength(1);
    expect([ended.code, ended.json().error.code]).toEqual([130, 'MLO_INTERRUPTED']);
    expect(leasesOn(remote)).toEqual([]);
    proxy.decide = () => undefined;
    expect(await succeeds(project, ['push'])).toMatchObject({ files: 61 });
  });

  it('does not wait for the rate that a folder is written at', async () => {
    const remote = await testRemote('folder');
    const project = await projectWithData(files(), PATHS, remote);
    const push = project.start(['push', '--limit-rate', '10K']);
    await expect.poll(() => leasesOn(remote), { timeout: 30_000 }).toHaveLength(1);
    push.child.kill('SIGINT');
    expect((await push.ended).code).toBe(130);
    expect(leasesOn(remote)).toEqual([]);
  });
});
