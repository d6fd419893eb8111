import { rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { IndexSet } from '../../../src/remote/index-set.ts';
import { hashBytes } from '../../../src/fs/hash.ts';
import { temporaryFolder } from '../../helpers/index.ts';
import { mloHere } from '../../helpers/mlo-here.ts';
import { clone, projectWithData, succeeds, testRemote, type TestRemote } from './remotes.ts';

const PIPELINE = `stages:
  make:
    cmd: printf open > open.txt; printf secret > secret.txt; mkdir -p kept; printf archived > kept/archived.txt
    outs:
      - open.txt
      - secret.txt: {push: false}
      - kept: {remote: archive}
`;

async function has(remote: TestRemote, text: string): Promise<boolean> {
  const opened = await remote.open();
  const index = await IndexSet.load(opened, await temporaryFolder());
  opened.close();
  return index.has(Buffer.from(hashBytes(text), 'hex'));
}

it('an out with push: false goes nowhere, and one with remote: to that remote alone, whatever names them', async () => {
  const [origin, archive] = [await testRemote('folder'), await testRemote('folder')];
  const project = await projectWithData({ 'pipeline.yaml': PIPELINE }, [], origin);
  await succeeds(project, ['remote', 'add', 'archive', archive.url]);
  await succeeds(project, ['remote', 'default', 'origin']);
  await succeeds(project, ['repro']);
  await project.git('add', '--all');
  await project.git('commit', '--quiet', '--message=made');

  expect(await succeeds(project, ['push', 'secret.txt', 'kept/archived.txt'])).toMatchObject({ files: 0 });
  expect(await succeeds(project, ['status', '--remote'])).toMatchObject({ data: [{ path: 'open.txt' }] });
  const first = await succeeds(project, ['push', '--all-branches', '--all-tags']);
  expect(first).toMatchObject({ stays: ['kept', 'secret.txt'], missing: [], runs: { sent: 2, results: { sent: 0 } } });
  expect(await Promise.all(['open', 'secret', 'archived'].map((text) => has(origin, text)))).toEqual([true, false, false]);
  expect((await succeeds(project, ['status', '--remote'])).upToDate).toBe(true);

  const second = await succeeds(project, ['push', '-r', 'archive']);
  expect(second).toMatchObject({ stays: ['secret.txt'], runs: { results: { sent: 0 } } });
  expect(await Promise.all(['open', 'secret', 'archived'].map((text) => has(archive, text)))).toEqual([true, false, true]);
});

it('what was not pushed is named by a pull, and the rest comes', async () => {
  const remote = await testRemote('folder');
  const project = await projectWithData({ 'pipeline.yaml': PIPELINE }, [], remote);
  await succeeds(project, ['repro']);
  await project.git('add', '--all');
  await project.git('commit', '--quiet', '--message=made');
  await succeeds(project, ['push']);
  const copy = await clone(project, remote);
  const { data, error } = await mloHere(copy, ['pull']);
  const { fetch } = data;
  expect(error).toMatchObject({ code: 'MLO_TRANSFER', hint: expect.stringContaining('mlo repro makes it') });
  expect(fetch.onlyElsewhere).toBe(true);
  expect(fetch.missing.flatMap(({ uses }: { uses: { path: string }[] }) => uses.map(({ path }) => path)).toSorted()).toEqual([
    'kept',
    'secret.txt',
  ]);
  expect((await copy.run('cat', ['open.txt'])).stdout).toBe('open');
});

it('what another branch keeps back stays here too, with its runs and results', async () => {
  const remote = await testRemote('folder');
  const project = await projectWithData({ 'pipeline.yaml': 'stages: {}\n' }, [], remote);
  await project.git('checkout', '--quiet', '-b', 'secret');
  await project.write({ 'pipeline.yaml': PIPELINE });
  await succeeds(project, ['repro']);
  await project.git('add', '--all');
  await project.git('commit', '--quiet', '--message=made');
  await project.git('checkout', '--quiet', '-');
  await succeeds(project, ['push']);
  await succeeds(project, ['push', '--all-branches']);
  expect(await Promise.all(['open', 'secret', 'archived'].map((text) => has(remote, text)))).toEqual([true, false, false]);
});

it('what a run made of an out with push: false stays here when the stage is gone', async () => {
  const remote = await testRemote('folder');
  const project = await projectWithData({ 'pipeline.yaml': PIPELINE }, [], remote);
  await succeeds(project, ['repro']);
  await project.write({ 'pipeline.yaml': 'stages: {}\n' });
  rmSync(project.path('pipeline.lock'));
  const pushed = await succeeds(project, ['push']);
  expect(pushed.runs).toMatchObject({ sent: 2, results: { sent: 0 } });
  expect(await Promise.all(['open', 'secret', 'archived'].map((text) => has(remote, text)))).toEqual([true, false, false]);
  const copy = await clone(project, remote);
  await succeeds(copy, ['pull']);
});
