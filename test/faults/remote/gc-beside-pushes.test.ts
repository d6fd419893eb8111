import { expect, it } from 'vitest';
import { clone, isConsistent, projectWithData, sameData, succeeds, testRemote } from '../../integration/remote/remotes.ts';
import { faults } from '../lib/index.ts';
import { change, files, PATHS, SWEEP } from './rig.ts';

it('gc of a remote beside two pushes takes nothing that they count on', async () => {
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
