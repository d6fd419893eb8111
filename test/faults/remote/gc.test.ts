import { describe, expect, it } from 'vitest';
import { isConsistent, keysOf, projectWithData, succeeds, testRemote } from '../../integration/remote/remotes.ts';
import { startingPoint } from '../../integration/remote/starting-point.ts';
import { faults } from '../lib/index.ts';
import { change, cloneHasAll, files, killedAt, PATHS, rig, SWEEP } from './rig.ts';

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
