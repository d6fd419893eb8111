import { describe, expect, it } from 'vitest';
import type { TestProject } from '../../helpers/index.ts';
import { clone, isConsistent, keysOf, projectWithData, sameData, succeeds, testRemote } from '../../integration/remote/remotes.ts';
import { faults } from '../lib/index.ts';
import { cloneHasAll, files, killedAt, PATHS, rig, startingPoint } from './rig.ts';

const SWEEP = ['gc', '--remote', '--grace', '0', '--force'];

async function change(project: TestProject, text: string): Promise<void> {
  await project.write({ 'data/raw/part0/0.txt': `${text}\n`, 'data/raw/part1/own.txt': `own ${text}\n` });
  await succeeds(project, ['add', 'data/raw']);
  await project.git('commit', '--quiet', '--all', `--message=${text}`);
}

describe('gc of a remote', () => {
  it('killed at every request leaves a remote that is whole, and the next gc finishes it', async () => {
    const { proxy, remote, project: prepared } = await rig();
    await succeeds(prepared, ['push']);
    await change(prepared, 'second');
    await succeeds(prepared, ['push']);
    const begin = await startingPoint(prepared, remote);
    let nth = 0;
    for (; ; nth += 1) {
      const project = await begin();
      const isKilled = await killedAt(project, proxy, [...SWEEP, '--repack'], nth);
      await isConsistent(remote);
      await succeeds(project, [...SWEEP, '--repack']);
      await isConsistent(remote);
      if (nth % 2 === 0) await cloneHasAll(project, remote);
      expect(keysOf(remote.folder).filter((key) => key.startsWith('leases/'))).toEqual([]);
      expect(await succeeds(project, ['push'])).toMatchObject({ files: 0, trees: 0, missing: [] });
      if (!isKilled) break;
    }
    expect(nth).toBeGreaterThan(8);
    faults('kill -9: gc of a remote', nth);
  }, 240_000);

  it('beside two pushes takes nothing that they count on', async () => {
    for (const kind of ['folder', 'bucket'] as const) {
      const remote = await testRemote(kind);
      const one = await projectWithData(files(), PATHS, remote);
      const two = await projectWithData(files(), PATHS, remote);
      const third = await clone(one, remote);
      for (let round = 0; round < 6; round += 1) {
        // Every other round counts on what was garbage in the round before.
        await change(one, `one ${round % 2}`);
        await change(two, `two ${round % 3}`);
        await third.git('pull', '--quiet');
        const results = await Promise.all([
          one.mlo(['push', '--json']),
          two.mlo(['push', '--json']),
          third.mlo([...SWEEP, '--repack', '--keep-project', one.root, '--keep-project', two.root]),
        ]);
        expect(results.map(({ code }) => code)).toEqual([0, 0, 0]);
        await isConsistent(remote);
      }
      for (const project of [one, two]) {
        const copy = await clone(project, remote);
        await succeeds(copy, ['pull']);
        await sameData(project, copy);
      }
      faults('two pushes and a gc at once', 6);
    }
  }, 240_000);

  it('and a push wait for each other, and say for whom', async () => {
    const remote = await testRemote('folder');
    const project = await projectWithData(files(), PATHS, remote);
    await succeeds(project, ['push']);
    await change(project, 'more');
    const opened = await remote.open();
    const lease = Buffer.from(JSON.stringify({ host: 'elsewhere', pid: 12, since: '2026-11-21T12:00:00Z' }));
    await opened.put('leases/gc-ab', lease);
    const push = project.start(['push']);
    await push.waitFor('Waiting for a gc on elsewhere, process 12');
    await opened.delete('leases/gc-ab');
    expect((await push.ended).code).toBe(0);

    await opened.put('leases/push-ab', lease);
    const refused = await project.mlo([...SWEEP, '--wait=0', '--json']);
    expect(refused.code).toBe(11);
    expect(refused.json().error).toMatchObject({ code: 'MLO_LOCKED', message: expect.stringContaining('elsewhere') as string });
    // One that shows no life for an hour is dead.
    await project.run('touch', ['-d', '2 hours ago', `${remote.folder}/leases/push-ab`]);
    await succeeds(project, [...SWEEP, '--wait=0']);
    expect(keysOf(remote.folder).filter((key) => key.startsWith('leases/'))).toEqual([]);
    opened.close();
    faults('leases of others', 3);
  });
});
