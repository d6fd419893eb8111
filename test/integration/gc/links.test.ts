import { lstatSync, mkdirSync, readFileSync, readlinkSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createProjectHere, here, projectAt, type TestProject } from '../../helpers/index.ts';

const ENV = { MLO_GC_GRACE: '0', MLO_GC_RUN_CACHE: '0' };
const LINKED = 'cache:\n  link: symlink\n';

function content(version: number, index: number): string {
  return `version ${version} of file ${index}`;
}

/** Two versions of a folder; its files are symlinks into the cache, and the second version is checked out. */
async function linked(project: TestProject): Promise<TestProject> {
  await project.git('init', '--quiet', '--initial-branch=main');
  await project.git('commit', '--quiet', '--allow-empty', '--message=nothing');
  for (const version of [1, 2]) {
    await project.write(Object.fromEntries([0, 1, 2].map((index) => [`data/in/f${index}`, content(version, index)])));
    expect((await project.mlo(['add', 'data'])).code).toBe(0);
    await project.git('add', '--all');
    await project.git('commit', '--quiet', `--message=version ${version}`);
    if (version === 1) await project.remove('data');
  }
  await project.remove('data');
  expect((await project.mlo(['checkout'])).code).toBe(0);
  expect(lstatSync(project.path('data/in/f0')).isSymbolicLink()).toBe(true);
  return project;
}

async function gc(project: TestProject, ...flags: readonly string[]): Promise<any> {
  const result = await project.mlo(['gc', '--force', '--json', ...flags], { env: ENV });
  expect(result.code, result.stderr).toBe(0);
  return result.json().data;
}

function expectLinksLead(project: TestProject): void {
  for (const index of [0, 1, 2]) expect(readFileSync(project.path(`data/in/f${index}`), 'utf8')).toBe(content(2, index));
}

describe('gc where files of the workspace are symlinks into the cache', () => {
  test('keeps what they lead to after the pointer was moved to another version, and says why', async () => {
    const project = await linked(await createProjectHere({ '.mlo/config.yaml': LINKED }));
    await project.git('checkout', '--quiet', 'HEAD~1');
    const data = await gc(project);
    expectLinksLead(project);
    expect(data.kept).toContainEqual(expect.objectContaining({ for: 'workspace links', of: '3 objects', objects: 3 }));
    await project.remove('data');
    expect((await project.mlo(['checkout'])).code).toBe(0);
    expect(await project.read('data/in/f1')).toBe(content(1, 1));
    const after = await gc(project);
    expect([after.gone.loose.objects, after.kept.find((each: any) => each.for === 'workspace links').objects]).toEqual([3, 0]);
  });

  test('also where no pointer names the path any more', async () => {
    const project = await linked(await createProjectHere({ '.mlo/config.yaml': LINKED }));
    await project.git('checkout', '--quiet', 'HEAD~2');
    await gc(project);
    expectLinksLead(project);
  });

  test('also those of another project on the same cache, and of a single file kept by hand', async () => {
    const one = await linked(await createProjectHere({ '.mlo/config.yaml': LINKED }));
    const root = join(one.home, 'another');
    mkdirSync(root);
    const other = here(projectAt(root, one.home));
    await other.write({ '.mlo/config.yaml': `${LINKED}  dir: ${one.path('.mlo/cache')}\n`, 'other.bin': 'of the other project' });
    expect((await other.mlo(['add', 'other.bin'])).code).toBe(0);
    await other.remove('other.bin');
    expect((await other.mlo(['checkout'])).code).toBe(0);
    await other.remove('other.bin.mlo');
    await gc(one);
    expect(await other.read('other.bin')).toBe('of the other project');
    await one.git('checkout', '--quiet', 'HEAD~1');
    await gc(other);
    expectLinksLead(one);
  });

  test('a link that leads to nothing is not said to be needed', async () => {
    const project = await linked(await createProjectHere({ '.mlo/config.yaml': LINKED }));
    await project.git('checkout', '--quiet', 'HEAD~1');
    rmSync(readLinkOf(project, 'data/in/f0'));
    expect((await gc(project)).missing).toBe(0);
  });

  test('--max-size drops none of it, also where another file has the same bytes', async () => {
    const project = await linked(await createProjectHere({ '.mlo/config.yaml': LINKED }));
    await project.write({ 'own.txt': content(2, 1) });
    await project.write({ '.mlo/config.yaml': '' });
    expect((await project.mlo(['add', 'own.txt'])).code).toBe(0);
    await gc(project, '--max-size', '1');
    expectLinksLead(project);
  });
});

function readLinkOf(project: TestProject, path: string): string {
  return readlinkSync(project.path(path));
}

test.each(['hardlink', 'symlink'])(
  'a large file added with cache.link %s is as young as its adding, however old the file is',
  async (link) => {
    const project = await createProjectHere({
      '.mlo/config.yaml': `cache:\n  link: ${link}\n`,
      'old.bin': Buffer.alloc(5 * 2 ** 20, link),
    });
    utimesSync(project.path('old.bin'), 1_000_000_000, 1_000_000_000);
    expect((await project.mlo(['add', 'old.bin'])).code).toBe(0);
    const pointer = await project.read('old.bin.mlo');
    await project.remove('old.bin', 'old.bin.mlo');
    expect((await project.mlo(['gc', '--force', '--json'])).json().data.gone.loose.objects).toBe(0);
    await project.write({ 'old.bin.mlo': pointer });
    expect((await project.mlo(['checkout'])).code).toBe(0);
    expect((await project.mlo(['gc', '--force', '--json'], { env: ENV })).code).toBe(0);
  },
);
