import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { faultProxy, type Fault } from '../../helpers/fault-proxy.ts';
import { mloHere } from '../../helpers/mlo-here.ts';
import { ownS3Server, s3Server } from '../../helpers/s3-server.ts';
import { openRemote } from '../../../src/remote/open-remote.ts';
import {
  clone,
  isConsistent,
  keysOf,
  projectWithData,
  sameData,
  succeeds,
  testRemote,
  type TestRemote,
} from '../../integration/remote/remotes.ts';
import { faults } from '../lib/index.ts';
import { cloneHasAll, files, PATHS, pushedRig, rig } from './rig.ts';

/** After a pull that failed: what came verifies, what did not is not in the workspace, and the next pull completes. */
async function nextPullCompletes(copy: Awaited<ReturnType<typeof clone>>, project: typeof copy): Promise<void> {
  const { data } = await mloHere(copy, ['verify']);
  expect(data.damages).toEqual([]);
  await succeeds(copy, ['pull']);
  await sameData(project, copy);
}

describe('a server that', () => {
  it('goes silent in the middle of a body is given up, and asked again', async () => {
    const { proxy, remote, project } = await pushedRig();
    const copy = await clone(project, remote);
    await succeeds(copy, ['remote', 'modify', '--local', 'origin', 'timeout', '1s']);
    let stalls = 0;
    proxy.decide = (_number, method, path): Fault | undefined => {
      if (method !== 'GET' || !/\/(packs|index)\//.test(path) || stalls >= 3) return undefined;
      stalls += 1;
      return { kind: 'stall', bytes: 10 };
    };
    await succeeds(copy, ['pull']);
    await sameData(project, copy);
    expect(stalls).toBe(3);
    faults('remote: a stall', stalls);
  });

  it.each([
    ['other bytes of the right length', (body: Buffer) => Buffer.alloc(body.length, 'x')],
    ['less than it told', (body: Buffer) => body.subarray(0, body.length >> 1)],
    ['nothing at all', () => Buffer.alloc(0)],
  ])('hands out %s is not believed, and what it hands out later is', async (_what, changeBody) => {
    const { proxy, remote, project } = await pushedRig();
    const copy = await clone(project, remote);
    proxy.decide = (_number, method, path) =>
      method === 'GET' && path.includes('/packs/') ? { kind: 'body', change: changeBody } : undefined;
    const { code, data } = await mloHere(copy, ['pull']);
    expect(code).toBe(3);
    expect(data.fetch.missing.length).toBeGreaterThan(0);
    expect(copy.exists('data/raw')).toBe(false);
    proxy.decide = () => undefined;
    await nextPullCompletes(copy, project);
    faults('remote: wrong bodies', 1);
  });

  it('tells wrong checksums in headers is asked again, or told', async () => {
    const { proxy, remote, project } = await pushedRig();
    const copy = await clone(project, remote);
    await succeeds(copy, ['remote', 'modify', '--local', 'origin', 'checksums', 'supported']);
    const wrong: Fault = { kind: 'headers', headers: { 'x-amz-checksum-crc32': 'AAAAAA==' } };
    const seen = new Set<string>();
    proxy.decide = (_number, method, path) =>
      method === 'GET' && path.includes('/packs/') && !seen.has(path) && seen.add(path) ? wrong : undefined;
    await succeeds(copy, ['pull']);
    await sameData(project, copy);
    faults('remote: a wrong checksum header', Math.max(1, seen.size));
  });

  it('lists what was there a while ago costs a push that sends more, or a pull that says what is missing', async () => {
    const { proxy, remote, project } = await rig();
    await succeeds(project, ['push', 'data/raw']);
    const copy = await clone(project, remote);
    const old = keysOf(remote.folder)
      .filter((key) => key.startsWith('index/'))
      .map((key) => key.slice(6));
    await succeeds(project, ['push']);
    const stale = (body: Buffer): Buffer =>
      Buffer.from(
        body
          .toString()
          .replaceAll(/<Contents>.*?<\/Contents>/gs, (entry) =>
            !entry.includes('/index/') || old.some((id) => entry.includes(id)) ? entry : '',
          ),
      );
    proxy.decide = (_number, method, path) => (method === 'GET' && /^\/[^/]+\/?$/.test(path) ? { kind: 'body', change: stale } : undefined);
    const pulled = await mloHere(copy, ['pull']);
    expect(pulled.code).toBe(3);
    expect(pulled.data.fetch.missing).toMatchObject([{ uses: [{ path: 'data/big.bin' }] }]);
    // Packs are named by their bytes: what is there is not sent again.
    expect(await succeeds(project, ['push'])).toMatchObject({ files: 1, bytesSent: 0 });
    expect((await mloHere(project, ['gc', '--remote', '--grace', '0', '--force'])).code).not.toBe(70);
    proxy.decide = () => undefined;
    await isConsistent(remote);
    await succeeds(project, ['push']);
    await nextPullCompletes(copy, project);
    faults('remote: a stale list', 3);
  });

  it('has lost a key that an index names, for now or for good', async () => {
    const { proxy, remote, project } = await pushedRig();
    const copy = await clone(project, remote);
    proxy.decide = (_number, method, path) =>
      method === 'GET' && path.includes('/packs/') ? { kind: 'status', status: 404, code: 'NoSuchKey' } : undefined;
    expect((await mloHere(copy, ['pull'])).code).toBe(3);
    proxy.decide = () => undefined;
    await nextPullCompletes(copy, project);

    const second = await clone(project, remote);
    let isDeleted = false;
    proxy.decide = (_number, method, path) => {
      if (method !== 'GET' || !path.includes('/packs/') || isDeleted) return undefined;
      isDeleted = true;
      for (const key of keysOf(remote.folder).filter((each) => each.startsWith('packs/'))) rmSync(join(remote.folder, key));
      return undefined;
    };
    const { code, data } = await mloHere(second, ['pull']);
    expect(code).toBe(3);
    expect(data.fetch.missing.length).toBeGreaterThan(0);
    proxy.decide = () => undefined;
    expect((await mloHere(project, ['verify', '--remote', '--repair'])).code).toBe(12);
    await succeeds(project, ['push']);
    await nextPullCompletes(second, project);
    faults('remote: a lost key', 2);
  });

  it('moves everything into other packs during a pull is looked at again', async () => {
    const { proxy, remote, project } = await pushedRig();
    await project.write({ 'data/raw/part0/0.txt': 'another\n', 'data/big.bin': 'small now\n' });
    await succeeds(project, ['add', ...PATHS]);
    await project.git('commit', '--quiet', '--all', '--message=second');
    await succeeds(project, ['push']);
    const copy = await clone(project, remote);
    const before = proxy.requests.length;
    let gc: ReturnType<typeof project.mlo> | undefined;
    proxy.decide = (_number, method, path) => {
      if (method !== 'GET' || !path.includes('/packs/') || gc !== undefined) return undefined;
      gc = project.mlo(['gc', '--remote', '--grace', '0', '--repack', '--force']);
      return { kind: 'hold', until: gc };
    };
    expect((await copy.mlo(['pull', '--json'])).json()).toMatchObject({ ok: true });
    expect(await gc).toMatchObject({ code: 0 });
    const packs = (method: string): string[] =>
      proxy.requests
        .slice(before)
        .flatMap((line) => (line.startsWith(`${method} `) && line.includes('/packs/') ? [line.slice(method.length + 1)] : []));
    const moved = new Set(packs('PUT'));
    expect(packs('GET').filter((path) => moved.has(path))).not.toEqual([]);
    await sameData(project, copy);
    faults('remote: repacked during a pull', 1);
  });

  it('knows no conditions is used without, also by two pushes and a gc at once', async () => {
    const proxy = await faultProxy((await s3Server()).endpoint);
    proxy.decide = (_number, _method, _path, headers) =>
      headers['if-none-match'] === undefined ? undefined : { kind: 'status', status: 501, code: 'NotImplemented' };
    const behind = await testRemote('bucket');
    const remote: TestRemote = { ...behind, settings: [['endpoint', proxy.endpoint]] };
    const one = await projectWithData(files(), PATHS, remote);
    const two = await projectWithData({ ...files(), 'data/raw/part0/own.txt': 'own\n' }, PATHS, remote);
    const { checks } = await succeeds(one, ['remote', 'check']);
    expect(checks.filter(({ ok }: { ok: boolean }) => !ok)).toEqual([]);
    const gc = ['gc', '--remote', '--force', '--grace', '0', '--keep-project', two.root];
    const results = await Promise.all([one.mlo(['push']), two.mlo(['push']), one.mlo(gc)]);
    expect(results.map(({ code }) => code)).toEqual([0, 0, 0]);
    await isConsistent(remote);
    await cloneHasAll(one, remote);
    await cloneHasAll(two, remote);
    faults('remote: no conditional writes', 3);
  });

  it('is killed and started again costs nothing that it said was there', async () => {
    const server = await ownS3Server();
    const proxy = await faultProxy(server.endpoint);
    const { name, folder } = server.bucket();
    const url = `s3://${name}/x`;
    const { accessKeyId, secretAccessKey } = server;
    const remote: TestRemote = {
      url,
      folder: join(folder, 'x'),
      env: server.env,
      settings: [['endpoint', proxy.endpoint]],
      open: async () => await openRemote({ name: 'test', url, endpoint: server.endpoint, accessKeyId, secretAccessKey }),
    };
    const project = await projectWithData(files(), PATHS, remote);
    for (const verb of ['push', 'pull']) {
      const at = verb === 'push' ? project : await clone(project, remote);
      const first = proxy.requests.length;
      const kills: Promise<void>[] = [];
      proxy.decide = (number) => {
        if (number !== first + 3 && number !== first + 5) return undefined;
        kills.push(server.killAndRestart());
        return { kind: 'reset' };
      };
      await succeeds(at, [verb]);
      await Promise.all(kills);
      proxy.decide = () => undefined;
      expect(kills.length).toBeGreaterThan(0);
      faults('remote: server killed', kills.length);
      await isConsistent(remote);
    }
    await cloneHasAll(project, remote);
  });
});

describe('a bucket without the right to', () => {
  const DENIED: Fault = { kind: 'status', status: 403, code: 'AccessDenied' };

  it('list: it is said, nothing is changed', async () => {
    const { proxy, remote, project } = await pushedRig();
    const copy = await clone(project, remote);
    proxy.decide = (_number, method, path) => (method === 'GET' && /^\/[^/]+\/?$/.test(path) ? DENIED : undefined);
    for (const verb of ['push', 'pull', 'gc --remote --force', 'verify --remote']) {
      const { code, error } = await mloHere(verb === 'pull' ? copy : project, verb.split(' '));
      expect([verb, code]).toEqual([verb, 13]);
      expect(error?.message).toMatch(/list .*access denied \(403 AccessDenied\)/);
    }
    const { checks, works } = (await mloHere(project, ['remote', 'check'])).data;
    expect(checks.filter(({ ok }: { ok: boolean }) => !ok).map(({ name }: { name: string }) => name)).toEqual(['list']);
    expect(works).toEqual({ pull: false, push: false, gc: false });
    proxy.decide = () => undefined;
    await nextPullCompletes(copy, project);
    faults('remote: list denied', 5);
  });

  it('write: pull, status, verify and a dry gc work; push and gc say what is missing', async () => {
    const { proxy, remote, project } = await pushedRig();
    const copy = await clone(project, remote);
    proxy.decide = (_number, method) => (method === 'GET' || method === 'HEAD' ? undefined : DENIED);
    for (const verb of ['pull', 'status --remote', 'verify --remote', 'gc --remote', 'push']) await succeeds(copy, verb.split(' '));
    await sameData(project, copy);
    await project.write({ 'data/raw/new.txt': 'new\n' });
    await succeeds(project, ['add', 'data/raw']);
    for (const verb of ['push', 'gc --remote --force']) {
      const { code, error } = await mloHere(project, verb.split(' '));
      expect([verb, code]).toEqual([verb, 13]);
      expect(error?.message).toMatch(/write .*access denied \(403 AccessDenied\)/);
    }
    const { code, stdout, stderr } = await project.mlo(['remote', 'check']);
    expect(stdout).toMatch(/write .*denied[^]*\n. ranged read +the same bytes[^]*\n. clock +the same as here[^]*\n. delete +not tried/);
    expect([code, stderr]).toEqual([13, expect.stringMatching(/pull works.*push and gc --remote do not/)]);
    const { checks, works } = (await mloHere(project, ['remote', 'check'])).data;
    expect(checks.map(({ name, ok, skipped }: any) => `${name} ${skipped === true ? 'skipped' : ok}`)).toEqual([
      'read true',
      'list true',
      'write false',
      'ranged read true',
      'clock true',
      'conditional write skipped',
      'delete skipped',
    ]);
    expect(works).toEqual({ pull: true, push: false, gc: false });
    // A range that comes back as other bytes is found out with what lies there.
    const { decide } = proxy;
    proxy.decide = (number, method, path, headers) =>
      method === 'GET' && headers['range'] !== undefined ? { kind: 'flip' } : decide(number, method, path, headers);
    const flipped = (await mloHere(project, ['remote', 'check'])).data;
    expect(flipped).toMatchObject({ works: { pull: false } });
    expect(flipped.checks.find(({ name }: any) => name === 'ranged read')).toMatchObject({
      ok: false,
      found: expect.stringMatching(/other bytes/),
    });
    proxy.decide = () => undefined;
    await succeeds(project, ['push']);
    await cloneHasAll(project, remote).catch(async () => await isConsistent(remote));
    faults('remote: write denied', 8);
  });

  it('delete: push and pull work all the same, gc says that it cannot', async () => {
    const { proxy, remote, project } = await rig();
    proxy.decide = (_number, method) => (method === 'DELETE' ? DENIED : undefined);
    for (let push = 0; push < 3; push += 1) {
      await project.write({ 'data/raw/part0/0.txt': `push ${push}\n` });
      await succeeds(project, ['add', 'data/raw']);
      // By itself: it leaves its lease behind, and only that of a process that is gone is nobody's.
      expect((await project.mlo(['push'])).code).toBe(0);
    }
    await project.git('commit', '--quiet', '--all', '--message=pushed');
    await isConsistent(remote);
    await cloneHasAll(project, remote);
    const { code, stderr } = await project.mlo(['gc', '--remote', '--grace', '0', '--force']);
    expect(code).toBe(13);
    expect(stderr).toMatch(/delete .*access denied/);
    await isConsistent(remote);
    proxy.decide = () => undefined;
    await succeeds(project, ['gc', '--remote', '--grace', '0', '--force']);
    await isConsistent(remote);
    await cloneHasAll(project, remote);
    faults('remote: delete denied', 5);
  });
});
