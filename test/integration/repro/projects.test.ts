import { describe, expect, test } from 'vitest';
import { createProjectHere } from '../../helpers/index.ts';
import { repro } from '../../helpers/repro-outcomes.ts';

describe('projects of several pipeline files', () => {
  const FILES = {
    '.mlo/config.yaml': '',
    'pipeline.yaml': 'stages:\n  top: {cmd: cp sub/made top.out, deps: [sub/made], outs: [top.out]}\n',
    'sub/pipeline.yaml': 'stages:\n  make: {cmd: cp source made, deps: [source], outs: [made]}\n',
    'sub/source': 'x',
    'other/pipeline.yaml': 'stages:\n  alone: {cmd: touch alone.out, outs: [alone.out]}\n',
  };

  test('form one graph; a command works on the file where the user stands and what it needs', async () => {
    const project = await createProjectHere(FILES);
    expect((await repro(project)).outcomes).toEqual({ 'sub/pipeline.yaml:make': 'ran', top: 'ran' });
    expect((await repro(project, [], { cwd: 'sub' })).outcomes).toEqual({ 'sub/pipeline.yaml:make': 'unchanged' });
    expect((await repro(project, ['make'], { cwd: 'sub' })).outcomes).toEqual({ 'sub/pipeline.yaml:make': 'unchanged' });
    expect((await repro(project, ['other/pipeline.yaml:alone'])).outcomes).toEqual({ 'other/pipeline.yaml:alone': 'ran' });
  });

  test('keep a lock each, beside the pipeline file', async () => {
    const project = await createProjectHere(FILES);
    await repro(project);
    expect(Object.keys(JSON.parse(await project.read('sub/pipeline.lock')).stages)).toEqual(['make']);
    expect(Object.keys(JSON.parse(await project.read('pipeline.lock')).stages)).toEqual(['top']);
  });

  test('.mloignore keeps folders out', async () => {
    const project = await createProjectHere({ ...FILES, '.mloignore': 'other/\n', 'other/pipeline.yaml': 'stages: [broken' });
    expect((await repro(project)).result.code).toBe(0);
  });

  test('a folder with a .mlo folder of its own is another project, in the workspace and in every commit', async () => {
    const project = await createProjectHere({ ...FILES, '.gitignore': '/top.out\n' });
    await project.git('init', '--quiet', '--initial-branch=main');
    expect((await project.mlo(['init', 'inner', '--template', 'empty'])).code).toBe(0);
    await project.write({
      'inner/pipeline.yaml':
        'stages:\n  copy: {cmd: cp in a.out && cp in m.json, deps: [in], outs: [a.out], metrics: [m.json: {cache: false}]}\n',
      'inner/in': '{"a": 1}',
      'inner/data.csv': 'y',
    });
    expect((await repro(project, [], { cwd: 'inner' })).outcomes).toEqual({ copy: 'ran' });
    expect((await project.mlo(['add', 'data.csv'], { cwd: 'inner' })).code).toBe(0);
    expect(Object.keys(JSON.parse(await project.read('inner/pipeline.lock')).stages.copy.outs)).toEqual(['a.out', 'm.json']);
    await project.remove('inner/.mlo/cache', 'inner/a.out', 'inner/data.csv');
    expect((await repro(project)).outcomes).toEqual({ 'sub/pipeline.yaml:make': 'ran', top: 'ran' });
    await project.git('add', '--all');
    await project.git('commit', '--quiet', '--message=start');

    const listed = JSON.parse((await project.mlo(['stage', 'list', '--json'])).stdout);
    expect(JSON.stringify(listed.data)).not.toContain('inner');
    const verified = await project.mlo(['verify', '--quick', '--json']);
    expect({ code: verified.code, files: JSON.parse(verified.stdout).data.looked.files }).toEqual({ code: 0, files: 2 });
    const gc = JSON.parse((await project.mlo(['gc', '--branches', '--json'])).stdout).data;
    expect(gc.missing).toBe(0);
    const diff = await project.mlo(['diff', 'HEAD', '--json']);
    expect(diff.stdout).not.toContain('inner');
    const kept = JSON.parse((await project.mlo(['ls', '--rev', 'HEAD', '--tracked', '--recursive', '--json'])).stdout);
    expect(kept.data.entries.map((entry: { path: string }) => entry.path)).toEqual(['sub/made', 'top.out']);
  });

  test('what belongs to a project further down is refused, with the way there', async () => {
    const project = await createProjectHere({ ...FILES, 'sub/.mlo/config.yaml': '' });
    const chosen = await project.mlo(['repro', '-f', 'sub/pipeline.yaml']);
    expect(chosen.code).toBe(2);
    expect(chosen.stderr).toContain("'sub/pipeline.yaml' lies in 'sub', which is a project of its own");
    const added = await project.mlo(['add', 'sub/source']);
    expect(added.code).toBe(2);
    expect(added.stderr).toContain('cd sub && mlo add source');
  });

  test('a pipeline without stages is valid: exit 0 and a hint', async () => {
    const project = await createProjectHere({ 'pipeline.yaml': '' });
    const { code, stdout, stderr } = await project.mlo(['repro']);
    expect(code).toBe(0);
    expect(stdout + stderr).toMatch(/no stages/i);
  });

  test('no project at all: exit 10 and the way out', async () => {
    const project = await createProjectHere({});
    const { code, stderr } = await project.mlo(['repro']);
    expect(code).toBe(10);
    expect(stderr).toContain('mlo init');
  });

  test('a clean clone with the lock but neither outs nor cache simply runs', async () => {
    const project = await createProjectHere({
      'pipeline.yaml':
        'stages:\n  a: {cmd: cp in a.out, deps: [in], outs: [a.out]}\n  b: {cmd: cat a.out a.out > b.out, deps: [a.out], outs: [b.out]}\n',
      in: 'x',
    });
    await repro(project);
    const lock = await project.read('pipeline.lock');
    await project.remove('.mlo', 'a.out', 'b.out');
    expect((await repro(project)).outcomes).toEqual({ a: 'ran', b: 'ran' });
    expect(await project.read('pipeline.lock')).toBe(lock);
  });

  test('cached outs get into .gitignore, uncached ones do not', async () => {
    const project = await createProjectHere(
      { 'pipeline.yaml': 'stages:\n  a: {cmd: mkdir -p d && touch d/x y, outs: [d/x, {y: {cache: false}}]}\n' },
      { git: true },
    );
    await repro(project);
    expect(await project.read('d/.gitignore')).toBe('/x\n');
    expect(project.exists('.gitignore')).toBe(false);
    expect(await project.git('status', '--porcelain', '--untracked-files=all')).not.toMatch(/\.mlo\/(cache|state|tracking)/);
  });
});

describe('names that are hard', () => {
  test('outs with spaces, newlines, quotes, dashes, 255 bytes and no UTF-8 come back as they were', async () => {
    const long = 'n'.repeat(255);
    const script = `mkdir -p tree/-rf 'tree/with space' && printf 1 > 'tree/with space/it'"'"'s' && printf 2 > tree/-rf/-- && printf 3 > tree/${long} && printf 4 > "tree/$(printf 'new\\nline')" && printf 5 > "tree/$(printf '\\377\\376')" && mkdir tree/empty && ln -s -- -rf tree/link && printf '#!/bin/sh\\n' > tree/run && chmod +x tree/run`;
    const project = await createProjectHere({ 'pipeline.yaml': `stages:\n  a:\n    cmd: |\n      ${script}\n    outs: [tree]\n` });
    expect((await repro(project)).outcomes).toEqual({ a: 'ran' });
    const listing = async (): Promise<string> => (await project.run('find', ['tree', '-printf', '%P %y %m %s %l\\0'])).stdout;
    const before = (await listing()).split('\0').sort();
    await project.remove('tree');
    expect((await repro(project)).outcomes).toEqual({ a: 'restored' });
    expect((await listing()).split('\0').sort()).toEqual(before);
  });

  test('a dep that is a link, or holds links, counts by what lies behind them, outside the project too', async () => {
    const project = await createProjectHere({
      'pipeline.yaml': 'stages:\n  a: {cmd: cat link data/* > o, deps: [link, data], outs: [o]}\n',
      'data/own': 'own',
    });
    await project.run('sh', [
      '-c',
      'echo one > ../outside; mkdir ../folder; echo two > ../folder/file; ln -s ../outside link; ln -s ../../outside data/file; ln -s ../.. data/up-and-round',
    ]);
    await project.write({ 'pipeline.yaml': (await project.read('pipeline.yaml')).replace('data/*', 'data/file') });
    expect((await repro(project)).outcomes).toEqual({ a: 'ran' });
    expect((await repro(project)).outcomes).toEqual({ a: 'unchanged' });
    await project.run('sh', ['-c', 'echo changed > ../outside']);
    expect((await repro(project)).outcomes).toEqual({ a: 'ran' });
    expect(await project.read('o')).toBe('changed\nchanged\n');
  });

  test('a link that leads out of the project is refused by name', async () => {
    const project = await createProjectHere({ 'pipeline.yaml': 'stages:\n  a: {cmd: mkdir t && ln -s /etc/passwd t/secret, outs: [t]}\n' });
    const { json } = await repro(project);
    expect(json.data?.stages[0]?.error?.message).toContain('secret');
    expect(['MLO_FILE_TYPE', 'MLO_PATH_UNSAFE']).toContain(json.data?.stages[0]?.error?.code);
  });

  test('hostile paths in a lock and in a pointer are refused before anything is touched', async () => {
    const project = await createProjectHere({ 'pipeline.yaml': 'stages:\n  a: {cmd: touch o, outs: [o]}\n' });
    await repro(project);
    const lock = await project.read('pipeline.lock');
    await project.write({ 'pipeline.lock': lock.replace('"o": {', '"../o": {') });
    expect((await repro(project)).json.error?.code).toBe('MLO_PATH_UNSAFE');
    await project.write({ 'pipeline.lock': lock, 'data.mlo': '{"digest": "../../etc", "hash": "blake3-256", "schema": 1, "size": 3}' });
    expect((await project.mlo(['status', '--json'])).json().data.data).toEqual([
      expect.objectContaining({ path: 'data', state: 'broken-pointer' }),
    ]);
    const checkout = await project.mlo(['checkout', '--json']);
    expect([checkout.code, checkout.json().data.targets[0].code]).toEqual([3, 'MLO_FORMAT']);
    expect(project.exists('data')).toBe(false);
  });

  test('a lock with conflict markers, of a newer schema or cut short is told as such, and nothing is lost', async () => {
    const project = await createProjectHere({ 'pipeline.yaml': 'stages:\n  a: {cmd: touch o, outs: [o]}\n' });
    await repro(project);
    const lock = await project.read('pipeline.lock');
    for (const [text, code] of [
      [`<<<<<<< ours\n${lock}`, 'MLO_FORMAT'],
      [lock.replace('"schema": 1', '"schema": 2'), 'MLO_FORMAT_VERSION'],
      [lock.slice(0, 40), 'MLO_FORMAT'],
    ] as const) {
      await project.write({ 'pipeline.lock': text });
      const { json } = await repro(project);
      expect(json.error?.code).toBe(code);
      expect(json.error?.hint).toBeTruthy();
      expect(await project.read('pipeline.lock')).toBe(text);
    }
  });
});
