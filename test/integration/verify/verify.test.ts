import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PackWriter } from '../../../src/cache/packs/pack-writer.ts';
import { hashBytes } from '../../../src/fs/hash.ts';
import { createProjectHere, type TestProject } from '../../helpers/index.ts';

const FILES = { '.mlo/config.yaml': '' };

/** A folder of small files and two large ones, committed and tagged. */
async function withData(config = ''): Promise<TestProject> {
  const small = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`data/a/f${index}.txt`, `content ${index}\n`]));
  const project = await createProjectHere({
    '.mlo/config.yaml': config,
    ...small,
    'data/b/one.bin': Buffer.alloc(100_000, 'one'),
    'data/b/two.bin': Buffer.alloc(70_000, 'two'),
  });
  await project.git('init', '--quiet', '--initial-branch=main');
  expect((await project.mlo(['add', 'data'])).code).toBe(0);
  await project.git('add', '--all');
  await project.git('commit', '--quiet', '--message=one');
  await project.git('tag', 'v1.0');
  return project;
}

function cacheFiles(project: TestProject, folder: string): readonly string[] {
  return readdirSync(project.path('.mlo/cache', folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  const place = at < 0 ? bytes.length + at : at;
  bytes[place] = (bytes[place] ?? 0) ^ 0x10;
  chmodSync(path, 0o644);
  writeFileSync(path, bytes);
}

async function verified(project: TestProject, ...flags: readonly string[]): Promise<{ code: number; data: any; error: any }> {
  const result = await project.mlo(['verify', '--json', ...flags]);
  return { code: result.code, data: result.json().data, error: result.json().error };
}

describe('verify of what is whole', () => {
  test('says what was looked at, reads every byte, and changes nothing', async () => {
    const project = await withData();
    const { code, data } = await verified(project);
    expect(code).toBe(0);
    expect(data).toMatchObject({ ok: true, quick: false, damages: [], objects: [], files: [] });
    expect(data.looked).toMatchObject({ objects: 305, needed: 305, files: 1, loose: 2 });
    expect(data.looked.bytes).toBeGreaterThan(170_000);
    const shown = await project.mlo(['fsck']);
    expect([shown.code, shown.stdout]).toEqual([0, expect.stringContaining('All is well: 305 objects')]);
  });

  test('quick reads no bytes of objects', async () => {
    const project = await withData();
    const { code, data } = await verified(project, '--quick');
    expect([code, data.looked.bytes, data.looked.needed]).toEqual([0, 0, 305]);
  });

  test('an empty project is whole', async () => {
    const project = await createProjectHere(FILES);
    expect((await verified(project)).code).toBe(0);
  });

  test('stages, runs and the run-cache are whole', async () => {
    const project = await createProjectHere({
      ...FILES,
      'in.txt': 'a',
      'pipeline.yaml': 'stages:\n  s:\n    cmd: cp in.txt out.txt\n    deps: [in.txt]\n    outs: [out.txt]\n',
    });
    expect((await project.mlo(['repro'])).code).toBe(0);
    const { code, data } = await verified(project);
    expect([code, data.looked.runs]).toEqual([0, 1]);
  });

  test('an uncached out is not asked for', async () => {
    const project = await createProjectHere({
      ...FILES,
      'in.txt': 'a',
      'pipeline.yaml':
        'stages:\n  s:\n    cmd: cp in.txt out.txt && cp in.txt plain.txt\n    deps: [in.txt]\n    outs:\n      - out.txt\n      - plain.txt: {cache: false}\n',
    });
    expect((await project.mlo(['repro'])).code).toBe(0);
    expect((await verified(project)).code).toBe(0);
  });
});

describe('a flipped bit', () => {
  test.each([
    ['an entry of a pack', 'packs', 300],
    ['the start of a pack', 'packs', 3],
    ['the index of a pack', 'packs', -200],
    ['the footer of a pack', 'packs', -20],
    ['the last byte of a pack', 'packs', -1],
    ['a loose object', 'objects', 500],
    ['the start of the journal', 'journal', 2],
    ['the version of the journal', 'journal', 12],
    ['the first record of the journal', 'journal', 30],
    ['the payload of a record', 'journal', -3000],
    ['the trailer of the journal', 'journal', -2],
    ['the index of the journal', 'journal', -100],
  ])('in %s is found, and repaired from the workspace', async (_what, folder, at) => {
    const project = await withData();
    const [path = ''] = cacheFiles(project, folder);
    flip(path, at);
    const found = await verified(project);
    expect(found.code).toBe(12);
    expect(found.data.damages.map((damage: any) => project.path('.mlo/cache', damage.file))).toContain(path);
    const repaired = await verified(project, '--repair');
    expect(repaired.data).toMatchObject({ ok: true, damages: [], objects: [] });
    expect(repaired.code).toBe(0);
    expect((await verified(project)).code).toBe(0);
    await project.remove('data');
    expect((await project.mlo(['checkout'])).code).toBe(0);
    expect(await project.read('data/a/f77.txt')).toBe('content 77\n');
    expect((await project.read('data/b/one.bin')).length).toBe(100_000);
  });

  test('in a file of more than 32 MiB, which is read in pieces, is found too', async () => {
    const project = await createProjectHere({ ...FILES, 'model.bin': Buffer.alloc(33 * 1024 * 1024, 'weights') });
    expect((await project.mlo(['add', 'model.bin'])).code).toBe(0);
    expect((await verified(project)).data).toMatchObject({ ok: true, looked: { bytes: 33 * 1024 * 1024 } });
    const [loose = ''] = cacheFiles(project, 'objects');
    flip(loose, 32 * 1024 * 1024 + 3);
    const { code, data } = await verified(project);
    expect([code, data.damages]).toEqual([12, [expect.objectContaining({ kind: 'object' })]]);
    expect(project.path('.mlo/cache', data.damages[0].file)).toBe(loose);
    expect((await verified(project, '--repair')).code).toBe(0);
    expect((await verified(project)).code).toBe(0);
  });

  test('names the file, the branch and the tag that the object belongs to, also where only history needs it', async () => {
    const project = await withData();
    const [loose = ''] = cacheFiles(project, 'objects');
    await project.write({ 'data/b/one.bin': Buffer.alloc(100_000, 'other'), 'data/b/two.bin': Buffer.alloc(70_000, 'another') });
    await project.mlo(['add', 'data']);
    await project.git('add', '--all');
    await project.git('commit', '--quiet', '--message=two');
    flip(loose, 9);
    const { code, data, error } = await verified(project);
    expect([code, error.code]).toEqual([12, 'MLO_OBJECT_CORRUPT']);
    expect(data.objects).toHaveLength(1);
    expect(data.objects[0].state).toBe('broken');
    expect(data.objects[0].uses).toEqual([{ path: expect.stringMatching(/^data\/b\/(one|two)\.bin$/), in: ['tag v1.0'] }]);
    const repair = await project.mlo(['verify', '--repair']);
    expect([repair.code, repair.stderr]).toEqual([12, expect.stringContaining('1 object missing still')]);
    expect(cacheFiles(project, 'corrupt')).toHaveLength(1);
  });

  test('in an object of a stage names the stage', async () => {
    const project = await createProjectHere({
      ...FILES,
      'in.txt': 'a',
      'pipeline.yaml': 'stages:\n  make:\n    cmd: head -c 100000 /dev/zero > out.bin\n    deps: [in.txt]\n    outs: [out.bin]\n',
    });
    await project.mlo(['repro']);
    flip(cacheFiles(project, 'objects')[0] ?? '', 0);
    const { data } = await verified(project);
    expect(data.objects[0].uses[0]).toEqual({ path: 'out.bin', stage: 'make', in: ['workspace', expect.stringMatching(/^run /)] });
    expect((await project.mlo(['verify'])).stdout).toMatch(/out\.bin \(workspace, run [0-9a-f]{8}, stage make\)/);
  });

  test('in a lock or a pointer is named, and repair leaves it to the user', async () => {
    const project = await withData();
    await project.write({ 'data.mlo': '{"hash": "blake3-256"' });
    const { code, data, error } = await verified(project, '--quick');
    expect([code, error.code]).toEqual([12, 'MLO_FORMAT']);
    expect(data.files).toMatchObject([{ path: 'data.mlo', why: expect.stringContaining("'data.mlo' is not a pointer") }]);
  });

  test('in the index over many packs is found, and repair deletes the index', async () => {
    const project = await withData('core: {jobs: 1}\n');
    // New files: a disk at work takes many times longer for those that are written over.
    for (let round = 0; round < 12; round += 1) {
      const files = Array.from({ length: 300 }, (_, index) => [`data/${round}/f${index}.txt`, `${round} ${'x'.repeat(index)}\n`]);
      await project.write(Object.fromEntries(files));
      await project.mlo(['add', 'data']);
    }
    const index = project.path('.mlo/cache/packs/index');
    expect(project.exists('.mlo/cache/packs/index')).toBe(true);
    flip(index, -5);
    const { code, data } = await verified(project, '--quick');
    expect([code, data.damages.map((damage: any) => damage.kind)]).toEqual([12, ['pack-index']]);
    expect((await verified(project, '--repair')).code).toBe(0);
  });
});

describe('an object with two copies', () => {
  test('is whole when one of them is broken: that is named, taken out, and the other one stays', async () => {
    const project = await withData();
    const bytes = readFileSync(project.path('data/b/one.bin'));
    const writer = new PackWriter(project.path('.mlo/cache/packs'));
    writer.put(Buffer.from(hashBytes(bytes), 'hex'), bytes, 'file');
    writer.seal();
    const loose = cacheFiles(project, 'objects').find((path) => path.replaceAll('/', '').endsWith(hashBytes(bytes)));
    flip(loose ?? '', 50);
    await project.remove('data/b/one.bin');
    const { code, data } = await verified(project);
    expect([code, data.objects, data.damages]).toEqual([12, [], [expect.objectContaining({ kind: 'object', digest: hashBytes(bytes) })]]);
    expect((await project.mlo(['verify'])).stdout).toContain('(another one is good)');
    expect((await verified(project, '--repair')).code).toBe(0);
    expect((await project.mlo(['checkout'])).code).toBe(0);
    expect((await project.read('data/b/one.bin')).length).toBe(100_000);
  });
});

describe('what is missing', () => {
  test('a lost loose file is named with its path, also by quick, and comes back from the workspace', async () => {
    const project = await withData();
    const [loose = ''] = cacheFiles(project, 'objects');
    await project.remove(loose.slice(project.root.length + 1));
    for (const flags of [['--quick'], []]) {
      const { code, data, error } = await verified(project, ...flags);
      expect([code, error.code, data.objects[0].state]).toEqual([12, 'MLO_OBJECT_MISSING', 'missing']);
      expect(data.objects[0].uses).toEqual([
        { path: expect.stringMatching(/^data\/b\/.*bin$/), in: ['workspace', 'branch main', 'tag v1.0'] },
      ]);
    }
    expect((await verified(project, '--repair', '--quick')).code).toBe(0);
  });

  test('a lost pack takes its trees with it; all comes back from the workspace', async () => {
    const project = await withData();
    for (const pack of cacheFiles(project, 'packs')) await project.remove(pack.slice(project.root.length + 1));
    for (const segment of cacheFiles(project, 'journal')) await project.remove(segment.slice(project.root.length + 1));
    expect((await verified(project)).code).toBe(12);
    expect((await verified(project, '--repair')).code).toBe(0);
    expect((await verified(project)).data.looked.needed).toBe(305);
  });

  test('a loose file of the wrong size is found by quick', async () => {
    const project = await withData();
    const [loose = ''] = cacheFiles(project, 'objects');
    chmodSync(loose, 0o644);
    writeFileSync(loose, 'short');
    expect((await verified(project, '--quick')).data.objects).toMatchObject([{ state: 'broken' }]);
  });

  test('bytes of the workspace that are not those of the digest never come into the cache under it', async () => {
    const project = await withData();
    const [loose = ''] = cacheFiles(project, 'objects');
    flip(loose, 9);
    await project.write({ 'data/b/one.bin': Buffer.alloc(100_000, 'bad'), 'data/b/two.bin': Buffer.alloc(70_000, 'bad') });
    expect((await verified(project, '--repair')).code).toBe(12);
    expect((await verified(project)).data.objects).toMatchObject([{ state: 'missing' }]);
  });
});
