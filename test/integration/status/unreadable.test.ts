import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createProjectHere, type TestProject } from '../../helpers/index.ts';

async function withData(): Promise<TestProject> {
  const project = await createProjectHere({ '.mlo/config.yaml': '', 'd/a.txt': 'a', 'e.txt': 'e' });
  expect((await project.mlo(['add', 'd', 'e.txt'])).code).toBe(0);
  await project.write({ 'e.txt': 'changed' });
  return project;
}

const BAD: readonly (readonly [string, (path: string) => void, string])[] = [
  ['a FIFO', (path) => void spawnSync('mkfifo', [path]), 'd/bad is a FIFO'],
  ['an absolute symlink', (path) => symlinkSync('/etc/passwd', path), 'd/bad -> /etc/passwd leaves the project'],
  ['a symlink out of the project', (path) => symlinkSync('../../other', path), 'd/bad -> ../../other leaves the project'],
];

describe('status of a folder that cannot be looked at as a whole', () => {
  test.each(BAD)('because of %s says so, and shows the others', async (_what, make, why) => {
    const project = await withData();
    make(project.path('d/bad'));
    const { code, json } = await project.mlo(['status', '--json']);
    expect(code).toBe(0);
    expect(json().data).toMatchObject({
      upToDate: false,
      data: [
        { path: 'd', state: 'unreadable', message: expect.stringContaining(why) },
        { path: 'e.txt', state: 'modified' },
      ],
    });
    const shown = await project.mlo(['status', '--check']);
    expect([shown.code, shown.stdout]).toEqual([4, expect.stringContaining(why)]);
    expect((await project.mlo(['add', 'd'])).code).toBe(2);
  });

  test.runIf(process.getuid?.() !== 0)('because of a file without permission says so, and shows the others', async () => {
    const project = await withData();
    await project.write({ 'd/bad': 'bad' });
    chmodSync(project.path('d/bad'), 0);
    const { code, json } = await project.mlo(['status', '--json']);
    expect([code, json().data.data.map((each: { state: string }) => each.state)]).toEqual([0, ['unreadable', 'modified']]);
  });

  test('and that a stage reads: the stage is not up to date, the others are shown', async () => {
    const project = await createProjectHere({
      '.mlo/config.yaml': '',
      'd/a.txt': 'a',
      'e.txt': 'e',
      'pipeline.yaml':
        'stages:\n  one:\n    cmd: cp d/a.txt one\n    deps: [d]\n    outs: [one]\n  two:\n    cmd: cp e.txt two\n    deps: [e.txt]\n    outs: [two]\n',
    });
    expect((await project.mlo(['add', 'd'])).code).toBe(0);
    expect((await project.mlo(['repro'])).code).toBe(0);
    spawnSync('mkfifo', [project.path('d/bad')]);
    const { code, json } = await project.mlo(['status', '--json']);
    expect(code).toBe(0);
    const { data, warnings } = json() as any;
    expect(data.upToDate).toBe(false);
    expect(data.stages.find((stage: any) => stage.name.endsWith('one')).state).not.toBe('unchanged');
    expect(data.stages.find((stage: any) => stage.name.endsWith('two')).state).toBe('unchanged');
    expect(data.data).toMatchObject([{ path: 'd', state: 'unreadable' }]);
    expect(JSON.stringify(warnings)).toContain('d/bad is a FIFO');
  });
});

test('an untracked folder deeper than paths reach is one short warning with the way out', async () => {
  const project = await createProjectHere({ '.mlo/config.yaml': '', x: 'x' });
  const down = 'for (let each = 0; each < 1500; each += 1) { fs.mkdirSync("folder"); process.chdir("folder"); }';
  expect((await project.run(process.execPath, ['-e', down])).code).toBe(0);
  const added = await project.mlo(['add', 'x']);
  expect([added.code, added.stderr.match(/warning: /g)?.length]).toEqual([0, 1]);
  expect(added.stderr).toMatch(/^warning: The folder 'folder\/folder.{1,130}…' lies deeper than paths of 4095 bytes reach/m);
  await project.write({ '.mloignore': '/folder/\n' });
  expect((await project.mlo(['status'])).stderr).not.toContain('warning');
  await project.run('rm', ['-rf', 'folder']);
});

test('files that the cache has lost come with what to type', async () => {
  const project = await createProjectHere({ '.mlo/config.yaml': '', 'd/a.txt': Buffer.alloc(80_000, 'a') });
  expect((await project.mlo(['add', 'd'])).code).toBe(0);
  const objects = project.path('.mlo/cache/objects');
  for (const name of readdirSync(objects)) rmSync(join(objects, name), { recursive: true });
  const shown = await project.mlo(['status']);
  expect(shown.stdout).toContain('1 file not in the cache');
  expect(shown.stderr).toMatch(/mlo add d.*mlo verify --repair/);
});
