import { stat } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { createProjectHere } from '../../helpers/index.ts';

const EMPTY = { '.mlo/config.yaml': '' };

describe('what DVC users expect of add and checkout', () => {
  test('add writes the pointer and .gitignore; checkout brings the bytes back, with exec bits, empty folders and links', async () => {
    const project = await createProjectHere({ ...EMPTY, 'data/run.sh': '#!/bin/sh\n', 'data/sub/x': 'x' });
    await project.run('sh', ['-c', 'mkdir data/empty && ln -s sub/x data/link']);
    expect((await project.mlo(['add', 'data'])).code).toBe(0);
    expect(await project.read('.gitignore')).toBe('/data\n');
    expect(JSON.parse(await project.read('data.mlo'))).toMatchObject({ schema: 1, hash: 'blake3-256', kind: 'tree', files: 2 });
    await project.remove('data');
    const { code, stdout } = await project.mlo(['checkout']);
    expect([code, stdout]).toEqual([0, expect.stringContaining('data')]);
    expect((await stat(project.path('data/run.sh'))).mode & 0o111).not.toBe(0);
    expect((await project.run('sh', ['-c', 'readlink data/link; ls -d data/empty'])).stdout).toBe('sub/x\ndata/empty\n');
  });

  test('case 48: test_double_add_unchanged_file – adding twice changes nothing', async () => {
    const project = await createProjectHere({ ...EMPTY, file: 'x' });
    await project.mlo(['add', 'file']);
    const pointer = await project.read('file.mlo');
    const again = JSON.parse((await project.mlo(['add', 'file', '--json'])).stdout) as { data: { added: { changed: boolean }[] } };
    expect(again.data.added[0]?.changed).toBe(false);
    expect(await project.read('file.mlo')).toBe(pointer);
    expect(await project.read('.gitignore')).toBe('/file\n');
  });

  test('case 49: test_add_tracked_file – what Git tracks is refused with the way out', async () => {
    const project = await createProjectHere({ ...EMPTY, t: 'x' }, { git: true });
    const { code, stderr } = await project.mlo(['add', 't']);
    expect(code).toBe(2);
    expect(stderr).toContain("git rm -r --cached 't'");
  });

  test('case 50: test_add_parent_dir – overlapping paths are refused with the way out', async () => {
    const project = await createProjectHere({ ...EMPTY, 'd/one': '1', 'd/two': '2' });
    await project.mlo(['add', 'd/one']);
    const { code, stderr } = await project.mlo(['add', 'd']);
    expect(code).toBe(2);
    expect(stderr).toContain("'d/one.mlo'");
  });

  test('case 51: test_try_adding_pipeline_tracked_output – an out of a stage is refused', async () => {
    const project = await createProjectHere({ 'pipeline.yaml': 'stages:\n  a: {cmd: touch o, outs: [o]}\n', o: 'x' });
    expect((await project.mlo(['add', 'o'])).stderr).toContain("out 'o' of stage 'a'");
  });

  test('case 53: test_add_on_not_existing_file_should_not_remove_stage_file – a failing add leaves the pointer', async () => {
    const project = await createProjectHere({ ...EMPTY, file: 'x' });
    await project.mlo(['add', 'file']);
    const pointer = await project.read('file.mlo');
    await project.remove('file');
    expect((await project.mlo(['add', 'file'])).code).toBe(2);
    expect(await project.read('file.mlo')).toBe(pointer);
  });

  test('case 55: TestCheckoutForce – an unsaved edit is never overwritten without --force', async () => {
    const project = await createProjectHere({ ...EMPTY, 'd/file': 'one' });
    await project.mlo(['add', 'd']);
    await project.write({ 'd/file': 'edited', 'd/new': 'new' });
    const refused = await project.mlo(['checkout']);
    expect(refused.code).not.toBe(0);
    expect(refused.stdout + refused.stderr).toContain('--force');
    expect(await project.read('d/file')).toBe('edited');
    expect((await project.mlo(['checkout', '--force'])).code).toBe(0);
    expect(await project.read('d/file')).toBe('one');
    expect(project.exists('d/new')).toBe(false);
  });

  test('case 56: test_checkout_stats_on_failure – one target that fails does not keep the others back; exit code 3', async () => {
    const project = await createProjectHere({ ...EMPTY, good: 'good', bad: 'b'.repeat(100_000) });
    await project.mlo(['add', 'good', 'bad']);
    await project.remove('good', 'bad', '.mlo/cache/objects');
    const { code, stdout, stderr } = await project.mlo(['checkout']);
    expect(code).toBe(3);
    expect(stdout + stderr).toMatch(/bad/);
    expect(await project.read('good')).toBe('good');
  });

  test('commit accepts the workspace as the result', async () => {
    const project = await createProjectHere({
      'pipeline.yaml': 'stages:\n  a: {cmd: cp in o, deps: [in], outs: [o]}\n',
      in: 'x',
      data: 'one',
    });
    await project.mlo(['repro']);
    await project.mlo(['add', 'data']);
    await project.write({ o: 'by hand', data: 'two' });
    expect((await project.mlo(['commit'])).code).toBe(0);
    expect((await project.mlo(['status', '--check'])).code).toBe(0);
    await project.remove('o', 'data');
    await project.mlo(['checkout']);
    expect([await project.read('o'), await project.read('data')]).toEqual(['by hand', 'two']);
  });

  test('status shows modified, missing and uncached data; --check says so with exit code 4', async () => {
    const project = await createProjectHere({ ...EMPTY, one: '1', two: '2' });
    await project.mlo(['add', 'one', 'two']);
    expect((await project.mlo(['status', '--check'])).code).toBe(0);
    await project.write({ one: 'changed' });
    await project.remove('two');
    const status = await project.mlo(['status', '--check', '--json']);
    expect(status.code).toBe(4);
    expect(JSON.parse(status.stdout).data.data).toMatchObject([
      { path: 'one', state: 'modified' },
      { path: 'two', state: 'missing' },
    ]);
  });
});
