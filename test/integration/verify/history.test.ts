import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createProjectHere, type TestProject } from '../../helpers/index.ts';

/** Two versions of a folder with a large file; the first is the tag `t1`, the second the workspace's. */
async function withTag(): Promise<TestProject> {
  const project = await createProjectHere({ '.mlo/config.yaml': '' });
  await project.git('init', '--quiet', '--initial-branch=main');
  for (const version of [1, 2]) {
    await project.write({ 'img/a': Buffer.alloc(80_000, `version ${version}`), 'img/b': `small ${version}\n` });
    expect((await project.mlo(['add', 'img'])).code).toBe(0);
    await project.git('add', '--all');
    await project.git('commit', '--quiet', `--message=${version}`);
    if (version === 1) await project.git('tag', 't1');
  }
  return project;
}

/** The loose file that only `t1` needs. */
function onlyOfTag(project: TestProject): string {
  const first = Buffer.alloc(80_000, 'version 1');
  const found = readdirSync(project.path('.mlo/cache/objects'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .find((path) => readFileSync(path).equals(first));
  if (found === undefined) throw new Error('No object has these bytes');
  return found;
}

async function verified(project: TestProject, ...flags: readonly string[]): Promise<{ code: number; data: any; error: any }> {
  const result = await project.mlo(['verify', '--json', ...flags]);
  return { code: result.code, data: result.json().data, error: result.json().error };
}

describe('an object that only a tag needs', () => {
  test('is named with its path and the tag for as long as it is missing, also by quick; the exit code is 3', async () => {
    const project = await withTag();
    await project.remove(onlyOfTag(project).slice(project.root.length + 1));
    for (const flags of [[], ['--quick'], ['--repair'], []]) {
      const { code, data, error } = await verified(project, ...flags);
      expect([code, error.code, data.ok, data.objects, data.damages]).toEqual([3, 'MLO_OBJECT_MISSING', false, [], []]);
      expect(data.history).toMatchObject([{ state: 'missing', uses: [{ path: 'img/a', in: ['tag t1'] }] }]);
    }
    const shown = await project.mlo(['verify', '--quick']);
    expect(shown.stdout).toMatch(
      /needed by branches or tags only[^]*missing [0-9a-f]{12}: img\/a \(tag t1\)[^]*The workspace is well, the history is not/,
    );
    expect(shown.stderr).toContain('mlo verify --repair');
  });

  test('stays named after repair took its broken bytes out of use', async () => {
    const project = await withTag();
    const path = onlyOfTag(project);
    const bytes = readFileSync(path);
    bytes[9] = 0;
    chmodSync(path, 0o644);
    writeFileSync(path, bytes);
    expect((await verified(project)).code).toBe(12);
    const repaired = await verified(project, '--repair');
    expect([repaired.code, repaired.data.objects.length, repaired.data.history]).toEqual([12, 1, []]);
    expect((await verified(project)).code).toBe(3);
    expect((await project.mlo(['cat', 'img/a@t1'])).code).not.toBe(0);
  });

  test('comes back with repair where the workspace has the bytes again', async () => {
    const project = await withTag();
    await project.remove(onlyOfTag(project).slice(project.root.length + 1));
    await project.write({ 'img/a': Buffer.alloc(80_000, 'version 1') });
    const { code, data } = await verified(project, '--repair');
    expect([code, data.repaired.restored.length]).toEqual([0, 1]);
    expect((await verified(project)).code).toBe(0);
  });

  test('is named after a gc that was not asked to keep tags, and the workspace is well', async () => {
    const project = await withTag();
    expect((await project.mlo(['gc', '--force'], { env: { MLO_GC_GRACE: '0' } })).code).toBe(0);
    const { code, data } = await verified(project);
    expect([code, data.objects, data.history.length]).toEqual([3, [], 1]);
    expect(data.history[0].uses).toEqual([{ path: 'img', isFolder: true, in: ['tag t1'] }]);
    const shown = await project.mlo(['verify', '--quick']);
    expect(shown.stdout).toMatch(/missing [0-9a-f]{12}: img\/ \(tag t1\)/);
    expect(shown.stderr).toMatch(/1 object that only tag t1 needs\n.*mlo verify --workspace/);
    for (const flags of [[], ['--quick'], ['--repair']]) {
      const passed = await verified(project, '--workspace', ...flags);
      expect([passed.code, passed.data.ok, passed.data.looked.refs]).toEqual([0, true, 0]);
    }
    await project.git('tag', '--delete', 't1');
    expect((await verified(project)).code).toBe(0);
  });
});

test('outs that are not cached are not missing from a tag', async () => {
  const project = await createProjectHere({
    '.mlo/config.yaml': '',
    'in.txt': '1',
    'pipeline.yaml': 'stages:\n  make:\n    cmd: cp in.txt m.json\n    deps: [in.txt]\n    outs: [{m.json: {cache: false}}]\n',
  });
  await project.git('init', '--quiet', '--initial-branch=main');
  for (const version of [1, 2]) {
    await project.write({ 'in.txt': String(version) });
    const repro = await project.mlo(['repro']);
    expect([repro.code, repro.stderr]).toEqual([0, expect.anything()]);
    await project.git('add', '--all');
    await project.git('commit', '--quiet', `--message=${version}`);
    await project.git('tag', `t${version}`);
  }
  const { code, data } = await verified(project);
  expect([code, data.history]).toEqual([0, []]);
});
