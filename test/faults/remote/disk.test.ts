import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { requirePeer, skipTest, temporaryFolder } from '../../helpers/index.ts';
import { openRemote } from '../../../src/remote/open-remote.ts';
import { clone, isConsistent, projectWithData, sameData, succeeds, testRemote, type TestRemote } from '../../integration/remote/remotes.ts';
import { mloHere } from '../../helpers/mlo-here.ts';
import { faults } from '../lib/index.ts';
import { cloneHasAll, files, PATHS } from './rig.ts';

const mounted: string[] = [];
afterAll(() => {
  for (const folder of mounted) execFileSync('umount', ['-l', folder]);
});

/** A file system of that size. */
function smallDisk(folder: string, size: string): string {
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync(requirePeer('mount'), ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'pipe' });
  } catch {
    skipTest('this machine does not let us mount');
  }
  mounted.push(folder);
  return folder;
}

function grow(folder: string): void {
  execFileSync('mount', ['-o', 'remount,size=64m', folder]);
}

describe('a full disk', () => {
  it.each(['64k', '512k', '1968k'])(
    'of %s below a remote in a folder keeps what arrived, and a larger one takes the rest',
    async (size) => {
      const disk = smallDisk(join(await temporaryFolder(), 'disk'), size);
      const url = join(disk, 'remote');
      const remote: TestRemote = { url, folder: url, env: {}, settings: [], open: async () => await openRemote({ name: 'test', url }) };
      const project = await projectWithData(files(), PATHS, remote);
      for (let attempt = 0; attempt < 2; attempt += 1) {
        const { code, stdout } = await project.mlo(['push', '--json']);
        expect(code).toBe(13);
        expect(JSON.parse(stdout).error).toMatchObject({ code: 'MLO_REMOTE', message: expect.stringContaining('no space left') as string });
        await isConsistent(remote);
      }
      grow(disk);
      await succeeds(project, ['push']);
      await isConsistent(remote);
      await cloneHasAll(project, remote);
      expect((await succeeds(project, ['verify', '--remote'])).ok).toBe(true);
      faults('remote: its disk is full', 2);
    },
  );

  it.each(['100k', '1m', '1960k'])('of %s below the cache ends a pull, and a larger one lets the next complete', async (size) => {
    const remote = await testRemote('bucket');
    const project = await projectWithData(files(), PATHS, remote);
    await succeeds(project, ['push']);
    const copy = await clone(project, remote);
    const disk = smallDisk(copy.path('.mlo/cache'), size);
    const { code } = await copy.mlo(['pull', '--json']);
    expect(code).not.toBe(0);
    expect(code).not.toBe(70);
    expect(copy.exists('data/big.bin')).toBe(false);
    grow(disk);
    expect((await mloHere(copy, ['verify'])).data.damages).toEqual([]);
    await succeeds(copy, ['pull']);
    await sameData(project, copy);
    expect((await succeeds(copy, ['verify'])).ok).toBe(true);
    faults('remote: the disk here is full', 1);
  });
});
