import { rmSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { createProjectHere, LAUNCHER, type TestProject } from '../../helpers/index.ts';
import { BINARY, versions } from './versions.ts';

let project: TestProject;

beforeAll(async () => {
  project = await versions();
  // Nothing of it may be needed.
  await project.remove('data', 'o', 'm.json');
});

async function out(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await project.mlo(args);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

describe('mlo ls', () => {
  test('lists the files of Git and, marked, what mlo keeps, though none of it is in the workspace', async () => {
    expect(await out('ls')).toBe(
      `.gitignore
data/          data
data.mlo
in
o/             out of make
params.yaml
pipeline.lock
pipeline.yaml
src/
`,
    );
  });

  test('looks into a tracked folder at a revision: path@revision, or --rev', async () => {
    const listed = 'a.txt\nbytes.bin\nempty/\nlink@\nsub/\ntwin.txt\n';
    expect(await out('ls', 'data@v1')).toBe(listed);
    expect(await out('ls', 'data', '--rev', 'v1')).toBe(listed);
    expect(await out('ls', 'o@HEAD~1', '--size')).toBe('1 B  copy\n5 B  same\n');
    expect(await out('ls', 'o@main', '--size')).toBe('2 B  copy\n5 B  same\n');
    expect(await out('ls', 'data/sub/run.sh@v1')).toBe('run.sh*\n');
  });

  test('-R goes all the way down; --tracked leaves the files of Git out', async () => {
    expect(await out('ls', '-R', '--tracked', '@v1')).toMatch(
      /^data\/a\.txt +data\ndata\/bytes\.bin +data\ndata\/empty\/ +data\ndata\/link@ +data\ndata\/sub\/run\.sh\* +data\ndata\/twin\.txt +data\no\/copy +out of make\no\/same +out of make\n$/,
    );
    expect(await out('ls', '-R', 'src')).toBe('code.py\n');
  });

  test('--json has sizes, digests and who keeps what', async () => {
    const { data } = (await project.mlo(['ls', '--json', '@v1'])).json();
    expect([data.rev, data.path]).toEqual(['v1', '.']);
    expect(data.entries).toContainEqual({
      path: 'o',
      type: 'folder',
      kept: 'out',
      stage: 'make',
      size: 6,
      files: 2,
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(data.entries).toContainEqual({ path: 'in', type: 'file', size: 1 });
  });

  test('a file whose name has an @ is itself; a revision that Git does not know is no revision', async () => {
    const other = await createProjectHere({ '.mlo/config.yaml': '', 'img@2x.png': 'x' }, { git: true });
    expect((await other.mlo(['ls', 'img@2x.png'])).stdout).toBe('img@2x.png\n');
    expect((await other.mlo(['cat', 'img@2x.png@HEAD'])).stdout).toBe('x');
    expect((await other.mlo(['ls', 'img@3x.png'])).stderr).toContain("There is no 'img@3x.png' here: not in tracked data");
    const unknown = await other.mlo(['cat', 'img@2x.png@v1.O']);
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      expect.stringContaining("There is no 'img@2x.png@v1.O' here, and Git knows no revision 'v1.O' of 'img@2x.png'"),
    ]);
  });

  test('paths are those of where the user stands, and cannot leave the project', async () => {
    expect((await project.mlo(['ls', '../data@v1'], { cwd: 'src' })).stdout).toContain('a.txt');
    expect((await project.mlo(['ls', '../../..'])).code).toBe(2);
  });

  test('works without Git', async () => {
    const plain = await createProjectHere({ '.mlo/config.yaml': '', 'd/x': '1', other: 'o', 'deep/er/y': '' });
    await plain.mlo(['add', 'd']);
    expect((await plain.mlo(['ls', '-R'])).stdout).toContain('deep/er/y');
    expect((await plain.mlo(['ls', 'd'])).stdout).toBe('x\n');
  });

  test('a folder whose tree is lost is named, exit code 3', async () => {
    const lost = await createProjectHere({ '.mlo/config.yaml': '', 'd/x': '1', e: 'e' });
    await lost.mlo(['add', 'd', 'e']);
    rmSync(lost.path('.mlo/cache'), { recursive: true });
    const { code, stdout, stderr } = await lost.mlo(['ls', '-R', '--tracked']);
    expect([code, stdout]).toEqual([3, 'd/\ne\n']);
    expect(stderr).toContain('d (tree ');
    expect((await lost.mlo(['ls', 'd', '--json'])).json()).toMatchObject({
      ok: false,
      error: { code: 'MLO_OBJECT_MISSING' },
      data: { entries: [] },
    });
  });
});

describe('mlo du', () => {
  test('says sizes with and without equal files', async () => {
    const { rows, total } = (await project.mlo(['du', '--json', '--rev', 'v1'])).json().data;
    const data = { size: 5 + 5 + BINARY.length + 10, files: 4, uniqueSize: 5 + BINARY.length + 10, uniqueFiles: 3 };
    expect(rows).toEqual([
      { path: 'data', rev: 'v1', ...data },
      { path: 'o', rev: 'v1', size: 6, files: 2, uniqueSize: 6, uniqueFiles: 2 },
    ]);
    expect(total).toEqual({ size: data.size + 6, files: 6, uniqueSize: data.uniqueSize + 6, uniqueFiles: 5 });
  });

  test('several revisions share what is equal in them', async () => {
    const { total } = (await project.mlo(['du', '--json', 'data@v1', 'data@v2'])).json().data;
    expect(total.uniqueSize).toBe(5 + BINARY.length + 10 + 6);
    expect(await out('du', 'data@v1', 'data@v2')).toMatch(/Size +Unique +Files +Path\n.*data@v1\n.*data@v2\n.*total\n$/);
  });
});

describe('mlo cat', () => {
  test('prints files of data, outs and Git at any revision, byte for byte', async () => {
    expect(await out('cat', 'data/a.txt', '--rev', 'v1')).toBe('first');
    expect(await out('cat', 'data/a.txt@v2')).toBe('second');
    expect(await out('cat', 'data/a.txt')).toBe('second');
    expect(await out('cat', 'o/copy@v1')).toBe('1');
    expect(await out('cat', 'src/code.py@v1')).toBe('print(1)\n');
    expect(await out('cat', 'src/code.py')).toBe('print(2)\n');
    const { base64, size } = (await project.mlo(['cat', 'data/bytes.bin', '--json'])).json().data;
    expect([Buffer.from(base64, 'base64'), size]).toEqual([BINARY, BINARY.length]);
  });

  test('streams large files, and ends quietly where the reader goes away', async () => {
    const big = await createProjectHere({ '.mlo/config.yaml': '', big: Buffer.alloc(9_000_000, 'abc\u00ff\0') });
    await big.mlo(['add', 'big']);
    const same = await big.run('sh', ['-c', '"$NODE" "$LAUNCHER" cat big | cmp - big && echo same'], { env: launcher() });
    expect([same.stdout, same.stderr]).toEqual(['same\n', '']);
    const head = await big.run('sh', ['-c', '"$NODE" "$LAUNCHER" cat big | head -c 3'], { env: launcher() });
    expect([head.stdout, head.stderr]).toEqual(['abc', '']);
    expect((await big.mlo(['cat', 'nope'])).code).toBe(2);
  });

  test('an object can be named by its digest', async () => {
    const { digest } = (await project.mlo(['cat', 'data/a.txt@v1', '--json'])).json().data;
    expect(await out('cat', '--digest', digest)).toBe('first');
    expect((await project.mlo(['cat', '--digest', 'f'.repeat(64)])).code).toBe(12);
    expect((await project.mlo(['cat', '--digest', 'abc'])).stderr).toContain('64 hexadecimal characters');
    expect((await project.mlo(['cat', 'x', '--digest', digest])).code).toBe(2);
  });

  test('folders and links are refused with the way on', async () => {
    expect((await project.mlo(['cat', 'data@v1'])).stderr).toContain('hint: mlo ls data@v1');
    expect((await project.mlo(['cat', 'data/link@v1'])).stderr).toContain("is a symlink to 'a.txt'");
  });

  test('a broken object is an error, never silence', async () => {
    const broken = await createProjectHere({ '.mlo/config.yaml': '', big: 'b'.repeat(100_000) });
    await broken.mlo(['add', 'big']);
    await broken.run('sh', [
      '-c',
      'f=$(find .mlo/cache/objects -type f | head -1) && chmod u+w "$f" && printf X | dd of="$f" bs=1 conv=notrunc 2>/dev/null',
    ]);
    const { code, stderr } = await broken.mlo(['cat', 'big']);
    expect([code, stderr]).toEqual([12, expect.stringContaining('MLO_OBJECT_CORRUPT')]);
  });
});

function launcher(): { readonly NODE: string; readonly LAUNCHER: string } {
  return { NODE: process.execPath, LAUNCHER };
}
