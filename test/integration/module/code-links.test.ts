import { cp, mkdir, rename, rm, symlink } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { hashBytes } from '../../../src/fs/hash.ts';
import { codeChanged } from '../../../src/runtime/module/check-code.ts';
import { createStageProject, stage, type StageProject } from './stage-project.ts';

const STAGE = stage(`log(v);`, `import { v } from './cur.ts';`);
const VERSIONS = { 'impl/v1.ts': 'export const v = 1;', 'impl/v2.ts': 'export const v = 2;' };

/** Paths that have changed since the stage ran, which must not have before `change`. */
async function changedBy(project: StageProject, change: () => Promise<void>): Promise<readonly unknown[]> {
  const { code, packages, error } = await project.run();
  expect(error).toBeUndefined();
  expect(codeChanged(project.root, code, packages)).toEqual([]);
  await change();
  return codeChanged(project.root, code, packages).map(({ path }) => path);
}

async function relink(project: StageProject, path: string, target: string): Promise<void> {
  await rm(project.path(path));
  await symlink(target, project.path(path));
}

describe('a symlink on the way to a module', () => {
  it('is held by its target: one that leads elsewhere changes the code', async () => {
    const project = await createStageProject({ 'stages/train.ts': STAGE, ...VERSIONS });
    await symlink('../impl/v1.ts', project.path('stages/cur.ts'));
    const { code } = await project.run();
    expect(code).toEqual({
      'stages/train.ts': hashBytes(STAGE),
      'stages/cur.ts': hashBytes('../impl/v1.ts'),
      'impl/v1.ts': hashBytes(VERSIONS['impl/v1.ts']),
    });
    expect(await changedBy(project, () => relink(project, 'stages/cur.ts', '../impl/v2.ts'))).toEqual(['stages/cur.ts']);
  });

  it('may be a folder, found without extension, and one link behind another', async () => {
    const project = await createStageProject({
      'stages/train.ts': stage(`log(v);`, `import { v } from './folder/cur';`),
      ...VERSIONS,
    });
    await symlink('v1.ts', project.path('impl/cur.ts'));
    await symlink(project.path('impl'), project.path('stages/chain'));
    await symlink('chain', project.path('stages/folder'));
    expect(await changedBy(project, () => relink(project, 'impl/cur.ts', 'v2.ts'))).toEqual(['impl/cur.ts']);
    await mkdir(project.path('other'));
    await project.write({ 'other/cur.ts': 'export const v = 3;' });
    expect(await changedBy(project, () => relink(project, 'stages/chain', '../other'))).toEqual(['stages/chain']);
    expect(await changedBy(project, () => relink(project, 'stages/folder', '../impl'))).toEqual(['stages/folder']);
  });

  it('may be the stage module itself, or stand in for one that is required', async () => {
    const project = await createStageProject({
      'impl/one.ts': stage(`log(1);`),
      'impl/two.ts': stage(`log(createRequire(import.meta.url)('./cur.cjs'));`, `import { createRequire } from 'node:module';`),
      'impl/old.cjs': 'module.exports = 1;',
      'stages/.keep': '',
    });
    await symlink('../impl/one.ts', project.path('stages/train.ts'));
    expect(await changedBy(project, () => relink(project, 'stages/train.ts', '../impl/two.ts'))).toEqual(['stages/train.ts']);
    await symlink('old.cjs', project.path('impl/cur.cjs'));
    expect(await changedBy(project, () => relink(project, 'impl/cur.cjs', './old.cjs'))).toEqual(['impl/cur.cjs']);
  });

  it('that comes in the place of a file or a folder is a change, though the bytes are the same', async () => {
    const project = await createStageProject({
      'stages/train.ts': stage(`log(v);`, `import { v } from './lib/cur.ts';`),
      'stages/lib/cur.ts': 'export const v = 1;',
    });
    const moveFile = async (): Promise<void> => {
      await rename(project.path('stages/lib/cur.ts'), project.path('stages/lib/moved.ts'));
      await symlink('moved.ts', project.path('stages/lib/cur.ts'));
    };
    expect(await changedBy(project, moveFile)).toEqual(['stages/lib/cur.ts']);
    await cp(project.path('stages/lib/moved.ts'), project.path('stages/lib/cur.ts'), { force: true });
    await rename(project.path('stages/lib/moved.ts'), project.path('stages/lib/cur.ts'));
    const moveFolder = async (): Promise<void> => {
      await rename(project.path('stages/lib'), project.path('lib'));
      await symlink('../lib', project.path('stages/lib'));
    };
    expect(await changedBy(project, moveFolder)).toEqual(['stages/lib/cur.ts']);
  });

  it('that leads nowhere is one as well, and a linked package.json is read like any other', async () => {
    const project = await createStageProject({
      'stages/train.ts': stage(`await import('./cur.ts').catch(() => log('none'));\nlog(j);`, `import { j } from './j.js';`),
      'stages/j.js': 'export const j = 1;',
      'real.json': '{"type":"module"}',
      ...VERSIONS,
    });
    await symlink('real.json', project.path('package.json'));
    await symlink('nowhere.ts', project.path('stages/cur.ts'));
    expect(await changedBy(project, () => project.write({ 'real.json': '{"type":"module","version":"2.0.0"}' }))).toEqual([]);
    expect(await changedBy(project, () => relink(project, 'stages/cur.ts', '../impl/v1.ts'))).toEqual(['stages/cur.ts']);
  });
});
