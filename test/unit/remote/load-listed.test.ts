import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { MloError } from '../../../src/core/errors/mlo-error.ts';
import { hashBytes } from '../../../src/fs/hash.ts';
import { BatchSet } from '../../../src/remote/batches/batch-set.ts';
import { directoryRemote } from '../../../src/remote/directory/directory-remote.ts';
import { batchNeeds } from '../../../src/remote/gc/batch-needs.ts';
import { IndexSet } from '../../../src/remote/index-set.ts';
import type { Remote } from '../../../src/remote/port.ts';
import { temporaryFolder } from '../../helpers/index.ts';

/** Twelve keys in a folder; the first that is asked for fails while the others are on their way. */
async function failing(folder: string): Promise<{ readonly remote: Remote; readonly onTheirWay: () => number }> {
  const inner = directoryRemote(join(await temporaryFolder(), 'remote'));
  for (let number = 0; number < 12; number += 1) {
    const bytes = Buffer.from(`number ${number}`);
    await inner.put(folder + hashBytes(bytes), bytes);
  }
  let asked = 0;
  let onTheirWay = 0;
  const answer = async (): Promise<undefined> => {
    const isFirst = (asked += 1) === 1;
    onTheirWay += 1;
    for (let turn = 0; turn < (isFirst ? 1 : 20); turn += 1) await setImmediate();
    onTheirWay -= 1;
    if (isFirst) throw new MloError('MLO_REMOTE', 'no answer');
  };
  return {
    remote: Object.assign(Object.create(inner) as Remote, { list: (below: string) => inner.list(below), get: answer, getRange: answer }),
    onTheirWay: () => onTheirWay,
  };
}

it.each([
  ['indexes', 'index/', async (remote: Remote, kept: string) => await IndexSet.load(remote, kept)],
  ['batches', 'runs/default/', async (remote: Remote, kept: string) => await BatchSet.load(remote, 'runs/default/', kept)],
  ['batches that gc reads', 'runs/default/', async (remote: Remote) => await batchNeeds(remote, 8)],
])('when one of the %s cannot be loaded, nothing is asked of the remote any more once that is told', async (_what, folder, load) => {
  const { remote, onTheirWay } = await failing(folder);
  await expect(load(remote, await temporaryFolder())).rejects.toThrow('no answer');
  expect(onTheirWay()).toBe(0);
});
