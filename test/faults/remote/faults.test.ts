import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { IndexSet } from '../../../src/remote/index-set.ts';
import { temporaryFolder } from '../../helpers/index.ts';
import type { Fault } from '../../helpers/fault-proxy.ts';
import { mloHere } from '../../helpers/mlo-here.ts';
import { clone, isConsistent, projectWithData, succeeds, testRemote } from '../../integration/remote/remotes.ts';
import { startingPoint } from '../../integration/remote/starting-point.ts';
import { faults } from '../lib/index.ts';
import { cloneHasAll, files, killedAt, PATHS, pushedRig, rig } from './rig.ts';

describe('kill -9', () => {
  it('of push at every request leaves a remote that the next push completes', async () => {
    const { proxy, remote, project: prepared } = await rig();
    const begin = await startingPoint(prepared, remote);
    let nth = 0;
    for (; ; nth += 1) {
      const project = await begin();
      const isKilled = await killedAt(project, proxy, ['push'], nth);
      await isConsistent(remote);
      expect(await succeeds(project, ['push'])).toMatchObject({ missing: [] });
      await isConsistent(remote);
      if (nth % 3 === 0) await cloneHasAll(project, remote);
      if (!isKilled) break;
    }
    expect(nth).toBeGreaterThan(4);
    faults('kill -9: push', nth);
  }, 180_000);

  it('of pull at every request leaves a clone that the next pull completes', async () => {
    const { proxy, remote, project } = await pushedRig();
    const begin = await startingPoint(await clone(project, remote), remote);
    let nth = 0;
    for (; ; nth += 1) {
      const copy = await begin();
      const isKilled = await killedAt(copy, proxy, ['pull'], nth);
      await succeeds(copy, ['pull']);
      expect((await project.run('diff', ['-r', project.path('data'), copy.path('data')])).stdout).toBe('');
      expect((await succeeds(copy, ['verify'])).ok).toBe(true);
      if (!isKilled) break;
    }
    expect(nth).toBeGreaterThan(4);
    faults('kill -9: pull', nth);
  }, 180_000);

  it('does not make the next push send again what was sent', async () => {
    const { proxy, project } = await rig();
    // The index is what comes last.
    let isStopped = false;
    const command = project.start(['push']);
    proxy.decide = (_number, method, path) => {
      if (method !== 'PUT' || !path.includes('/index/')) return undefined;
      isStopped = command.child.kill('SIGKILL');
      return { kind: 'reset' };
    };
    await command.ended;
    expect(isStopped).toBe(true);
    proxy.decide = () => undefined;
    expect(await succeeds(project, ['push'])).toMatchObject({ bytesSent: 0, files: 61 });
  });
});

const PASSING: readonly (readonly [string, Fault])[] = [
  ['500', { kind: 'status', status: 500, code: 'InternalError' }],
  ['503 SlowDown', { kind: 'status', status: 503, code: 'SlowDown' }],
  ['a reset connection', { kind: 'reset' }],
  ['a lost answer', { kind: 'drop-answer' }],
  ['an answer that ends early', { kind: 'cut', bytes: 20 }],
];

describe('a server that fails now and then', () => {
  it.each(PASSING)(
    '(%s) costs time, and nothing else',
    async (_what, fault) => {
      const { proxy, remote, project } = await rig();
      proxy.decide = (number) => (number % 3 === 1 ? fault : undefined);
      await succeeds(project, ['push']);
      await isConsistent(remote);
      await cloneHasAll(project, remote);
      expect(await succeeds(project, ['push'])).toMatchObject({ files: 0, trees: 0 });
      faults(`remote: ${_what}`, Math.floor(proxy.requests.length / 3));
    },
    60_000,
  );

  it('and hands out a wrong bit once is asked again, and no wrong byte is kept', async () => {
    const { proxy, remote, project } = await pushedRig();
    const seen = new Set<string>();
    proxy.decide = (_number, method, path) => {
      if (method !== 'GET' || !path.includes('/packs/') || seen.has(path)) return undefined;
      seen.add(path);
      return { kind: 'flip' };
    };
    const copy = await clone(project, remote);
    await succeeds(copy, ['pull']);
    expect(seen.size).toBeGreaterThan(0);
    expect((await project.run('diff', ['-r', project.path('data'), copy.path('data')])).stdout).toBe('');
    faults('remote: a wrong bit', seen.size);
  });

  it.each([
    ['push', 'PUT', '/packs/'],
    ['pull', 'GET', '/packs/'],
  ])('and takes back the rights in the middle of %s says so, and goes on later', async (verb, method, part) => {
    const { proxy, remote, project } = await (verb === 'pull' ? pushedRig() : rig());
    const at = verb === 'push' ? project : await clone(project, remote);
    proxy.decide = (_number, each, path) =>
      each === method && path.includes(part) ? { kind: 'status', status: 403, code: 'ExpiredToken' } : undefined;
    const { code, error } = await mloHere(at, [verb]);
    expect(code).toBe(13);
    expect(error).toMatchObject({ code: 'MLO_REMOTE', message: expect.stringContaining('expired') as string });
    proxy.decide = () => undefined;
    await isConsistent(remote);
    await succeeds(at, [verb]);
    if (verb === 'push') await cloneHasAll(project, remote);
    faults('remote: rights end in the middle', 1);
  });
});

describe('two at once', () => {
  it('push the same and other data, and both have all of it there', async () => {
    const remote = await testRemote('bucket');
    const one = await projectWithData(files(), PATHS, remote);
    const two = await projectWithData({ ...files(), 'data/raw/part0/own.txt': 'own\n' }, PATHS, remote);
    for (let round = 0; round < 3; round += 1) {
      const results = await Promise.all([one, two].map((project) => project.mlo(['push'])));
      expect(results.map(({ code }) => code)).toEqual([0, 0]);
      await isConsistent(remote);
    }
    for (const project of [one, two]) await cloneHasAll(project, remote);
    faults('two pushes at once', 3);
  });

  it('merge indexes while others read them', async () => {
    const remote = await testRemote('bucket');
    const project = await projectWithData({ 'data/raw/0.txt': '0' }, ['data/raw'], remote);
    for (let push = 1; push < 20; push += 1) {
      await project.write({ [`data/raw/${push}.txt`]: String(push) });
      await succeeds(project, ['add', 'data/raw']);
      await succeeds(project, ['push']);
    }
    const opened = await remote.open();
    const { indexes } = await IndexSet.load(opened, await temporaryFolder());
    expect(indexes.length).toBeLessThan(16);
    await project.git('commit', '--quiet', '--all', '--message=more');
    rmSync(project.path('.mlo/state/remotes'), { recursive: true });
    expect(await succeeds(project, ['push'])).toMatchObject({ files: 0, trees: 0 });
    await cloneHasAll(project, remote);
  }, 120_000);
});
