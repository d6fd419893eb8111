import { lstatSync, readdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { projectAt, temporaryFolder, type TestProject } from '../../helpers/index.ts';

const PIPELINE = `stages:
  join:
    cmd: mkdir -p öut && cat bilder/* > öut/zusammen.txt
    deps: [bilder]
    params: [lr]
    outs: [öut]
`;

/** Too large to be packed: a file of its own in the cache, so that links can lead to it. */
const LARGE = 'grün'.repeat(200_000);

let top: string;
let project: TestProject;

async function done(where: TestProject, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await where.mlo(args);
  expect(code, stderr).toBe(0);
  return stdout;
}

describe('a project, a cache, a remote and a home whose paths have letters of other alphabets, and spaces', () => {
  beforeAll(async () => {
    top = await temporaryFolder();
    const root = join(top, 'Übung 日本', 'проект');
    const home = join(top, 'Anna Müller');
    for (const folder of [root, home]) await mkdir(folder, { recursive: true });
    project = projectAt(root, home);
    await done(project, 'init', '--template', 'empty');
    await project.write({ 'pipeline.yaml': PIPELINE, 'params.yaml': 'lr: 1\n', 'bilder/ä.txt': 'ä\n', 'bilder/gross.txt': LARGE });
    await done(project, 'add', 'bilder');
    await done(project, 'repro');
    await project.git('add', '--all');
    await project.git('commit', '--quiet', '--message=start');
  });

  it('add and repro keep everything where they say, and nothing beside it', async () => {
    expect(readdirSync(top).toSorted()).toEqual(['Anna Müller', 'Übung 日本']);
    expect(readdirSync(join(top, 'Übung 日本'))).toEqual(['проект']);
    expect(await done(project, 'repro')).toContain('1 unchanged');
    expect(await done(project, 'verify')).toContain('All is well');
    expect(await done(project, 'doctor')).toContain('files come out as');
  });

  it.each(['copy', 'hardlink', 'symlink'])('checkout, unprotect and gc work with cache.link %s', async (link) => {
    await done(project, 'config', 'set', 'cache.link', link);
    await done(project, 'checkout', '--relink');
    await project.remove('bilder', 'öut');
    await done(project, 'checkout');
    expect((await project.read('bilder/gross.txt')) === LARGE).toBe(true);
    expect((await project.read('öut/zusammen.txt')) === `${LARGE}ä\n`).toBe(true);
    expect(lstatSync(project.path('bilder/gross.txt')).isSymbolicLink()).toBe(link === 'symlink');
    await done(project, 'gc', '--force');
    expect(await done(project, 'status')).toContain('1 unchanged');
    await done(project, 'unprotect', 'bilder');
    await project.write({ 'bilder/gross.txt': 'mine' });
    await done(project, 'checkout', '--force');
    expect((await project.read('bilder/gross.txt')) === LARGE).toBe(true);
  });

  it('push, clone and pull bring all of it, and nothing runs again', async () => {
    await done(project, 'remote', 'add', 'origin', join(top, 'Übung 日本', 'Ablage'));
    await done(project, 'push');
    await project.git('add', '--all');
    await project.git('commit', '--quiet', '--message=remote');
    await project.git('clone', '--quiet', project.root, join(top, 'Übung 日本', 'Klön'));
    const clone = projectAt(join(top, 'Übung 日本', 'Klön'), project.home);
    await done(clone, 'pull');
    expect(await clone.read('bilder/ä.txt')).toBe('ä\n');
    expect(await done(clone, 'repro')).toContain('1 unchanged');
    await done(clone, 'runs', 'export', '--all', '-o', 'läufe');
    await done(clone, 'runs', 'import', 'läufe');
  });
});
