import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectAt, temporaryFolder, type TestProject } from '../../helpers/index.ts';
import { isConsistent, projectWithData, sameData, succeeds, testRemote } from '../../integration/remote/remotes.ts';
import { openRemote } from '../../../src/remote/open-remote.ts';
import { faults } from '../lib/index.ts';
import type { Call } from '../lib/inject.ts';
import { mloInjected, writePoints } from '../lib/points.ts';
import { files, PATHS } from './rig.ts';

const CALLS: readonly Call[] = ['write', 'pwrite64', 'rename', 'unlink', 'mkdir', 'rmdir', 'link', 'fsync', 'fdatasync', 'copy_file_range'];

/** A project with its remote beside it, in one folder that can be copied. */
async function world(): Promise<string> {
  const remote = await testRemote('folder');
  const project = await projectWithData(files(), PATHS, remote);
  const top = await temporaryFolder();
  mkdirSync(join(top, 'remote'));
  cpSync(project.root, join(top, 'project'), { recursive: true });
  const own = projectAt(join(top, 'project'), project.home);
  await succeeds(own, ['remote', 'modify', 'origin', 'url', '../remote']);
  await own.git('commit', '--quiet', '--all', '--message=remote beside it');
  return top;
}

async function copyOf(top: string): Promise<string> {
  const copy = join(await temporaryFolder(), 'world');
  cpSync(top, copy, { recursive: true });
  return copy;
}

async function remoteIsConsistent(top: string): Promise<void> {
  const folder = join(top, 'remote');
  await isConsistent({ url: folder, folder, env: {}, settings: [], open: async () => await openRemote({ name: 'test', url: folder }) });
}

async function killAtEvery(
  verb: string,
  top: string,
  home: string,
  where: string,
  check: (at: string, project: TestProject) => Promise<void>,
): Promise<number> {
  const first = await copyOf(top);
  const points = writePoints(join(first, where), [verb], CALLS);
  let killed = 0;
  for (let point = await points.next(); point.done !== true;) {
    const at = await copyOf(top);
    const { signal } = await mloInjected(join(at, where), [verb], point.value, 'kill');
    await remoteIsConsistent(at);
    await succeeds(projectAt(join(at, where), home), [verb]);
    await check(at, projectAt(join(at, where), home));
    rmSync(at, { recursive: true });
    killed += signal === 'SIGKILL' ? 1 : 0;
    point = await points.next(signal === 'SIGKILL');
  }
  return killed;
}

describe('kill -9 at system calls', () => {
  it('of push into a folder leaves a remote that the next push completes', async () => {
    const top = await world();
    const home = await temporaryFolder();
    const killed = await killAtEvery('push', top, home, 'project', async (at, project) => {
      await remoteIsConsistent(at);
      expect((await succeeds(project, ['verify', '--remote'])).ok).toBe(true);
      expect(await succeeds(project, ['push'])).toMatchObject({ files: 0, trees: 0, missing: [] });
    });
    expect(killed).toBeGreaterThan(5);
    faults('kill -9: push, system calls', killed);
  }, 240_000);

  it('of pull leaves a clone that the next pull completes', async () => {
    const top = await world();
    const home = await temporaryFolder();
    const project = projectAt(join(top, 'project'), home);
    await succeeds(project, ['push']);
    await project.git('clone', '--quiet', project.root, join(top, 'clone'));
    const killed = await killAtEvery('pull', top, home, 'clone', async (at, copy) => {
      // What a killed command was writing beside the data is deleted by a later one, once it is old.
      await sameData(projectAt(join(at, 'project'), home), copy, 'data', '.mlo-tmp-*');
      expect((await succeeds(copy, ['verify'])).ok).toBe(true);
    });
    expect(killed).toBeGreaterThan(5);
    faults('kill -9: pull, system calls', killed);
  }, 240_000);
});
