import { expect, test } from 'vitest';
import { createProjectHere } from '../../helpers/index.ts';

const FILES = {
  'pipeline.yaml': 'stages:\n  a: {cmd: cp in oa, deps: [in], outs: [oa]}\n  b: {cmd: cp in ob, deps: [in], outs: [ob]}\n',
  in: 'x',
  'data/one': '1',
  'data/two': '2',
  file: 'f',
};

test('commit takes what is named: a stage, data, a part of it; the rest stays as it is', async () => {
  const project = await createProjectHere(FILES);
  await project.mlo(['repro']);
  await project.mlo(['add', 'data', 'file']);
  await project.write({ oa: 'by hand', ob: 'by hand', 'data/one': 'edited', 'data/two': 'edited', file: 'edited' });
  const committed = async (...targets: readonly string[]): Promise<unknown> =>
    (await project.mlo(['commit', '--json', ...targets])).json().data.committed;
  expect(await committed('a')).toEqual([{ name: 'a', changed: true }]);
  expect(await committed('data/one')).toEqual([{ name: 'data', changed: true }]);
  expect(await committed('data/two', 'file.mlo')).toEqual([
    { name: 'file', changed: true },
    { name: 'data', changed: true },
  ]);
  const status = (await project.mlo(['status', '--json'])).json().data;
  expect(status.data.map((each: { state: string }) => each.state)).toEqual(['unchanged', 'unchanged']);
  expect(await committed('b')).toEqual([{ name: 'b', changed: true }]);
  expect((await project.mlo(['status', '--check'])).code).toBe(0);
});

test('commit refuses outs whose deps have changed, unless --force says that they were made from them', async () => {
  const project = await createProjectHere(FILES);
  await project.mlo(['repro']);
  await project.write({ in: 'other', oa: 'by hand' });
  const refused = await project.mlo(['commit', 'a']);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("Inputs of stage 'a' have changed since it ran (in)")]);
  expect((await project.mlo(['commit', 'a', '--force'])).code).toBe(0);
});

test('commit stores what add --no-commit has only looked at, and leaves data that is not here', async () => {
  const project = await createProjectHere(FILES);
  await project.mlo(['add', 'data', 'file', '--no-commit']);
  const pointer = await project.read('file.mlo');
  await project.remove('file');
  expect((await project.mlo(['commit', '--json', 'data', 'file'])).json().data.committed).toEqual([
    { name: 'data', changed: false, stored: true },
  ]);
  expect(await project.read('file.mlo')).toBe(pointer);
  await project.remove('data');
  expect((await project.mlo(['checkout', 'data'])).code).toBe(0);
  expect(await project.read('data/two')).toBe('2');
});

test('commit and add say that they stored what was only looked at before, and that nothing is left to do the next time', async () => {
  const project = await createProjectHere({ ...FILES, 'pipeline.yaml': FILES['pipeline.yaml'].replace('cp in ob', 'wc -c in > ob') });
  const looked = await project.mlo(['add', 'data', 'file', '--no-commit']);
  expect(looked.stderr).toContain('hint: The cache does not have these bytes yet: mlo commit data file');
  const added = await project.mlo(['add', 'file']);
  expect(added.stdout).toContain('file stored in the cache (1 B); file.mlo was right already');
  expect((await project.mlo(['add', 'file'])).stdout).toContain('file unchanged');
  expect((await project.mlo(['repro', '--no-commit'])).code).toBe(0);
  const committed = await project.mlo(['commit']);
  expect(committed.stdout).toMatch(/a committed: stored[^]*b committed: stored[^]*data committed: stored[^]*3 committed, 1 unchanged/);
  expect((await project.mlo(['commit'])).stdout).toMatch(/^0 committed, 4 unchanged/);
});
