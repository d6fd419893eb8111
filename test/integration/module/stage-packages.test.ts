import { rm, symlink } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { codeChanged } from '../../../src/runtime/module/check-code.ts';
import { createStageProject, stage, type StageProject } from './stage-project.ts';

interface Files {
  readonly [path: string]: string;
}

/** A package in `folder`, which ends in its name; it exports its version and what it requires. */
function packageFiles(folder: string, version: string, requires: readonly string[] = []): Files {
  const name = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const fields = requires.map((other) => `${JSON.stringify(other)}: require(${JSON.stringify(other)})`);
  return {
    [`${folder}/package.json`]: JSON.stringify({ name, version, main: 'main.js' }),
    [`${folder}/main.js`]: `module.exports = { version: '${version}', ${fields.join(', ')} };`,
  };
}

/** npm's record of what is installed: folder below `node_modules` → version, and more fields. */
function installed(packages: { readonly [folder: string]: string | { readonly version: string; readonly os?: readonly string[] } }): Files {
  const entries = Object.entries(packages).map(([folder, entry]) => {
    const fields = typeof entry === 'string' ? { version: entry } : entry;
    return [`node_modules/${folder}`, { integrity: `sha512-${folder.split('/').at(-1)}-${fields.version}`, ...fields }];
  });
  return { 'node_modules/.package-lock.json': JSON.stringify({ lockfileVersion: 3, packages: Object.fromEntries(entries) }) };
}

/** Runs the stage, and says what differs afterwards from what it was found to load. */
async function ran(project: StageProject): Promise<{ packages: Files; changes: () => ReturnType<typeof codeChanged> }> {
  const { code, packages, error } = await project.run();
  expect(error).toBeUndefined();
  expect(codeChanged(project.root, code, packages)).toEqual([]);
  return { packages, changes: () => codeChanged(project.root, code, packages) };
}

describe('packages of a stage', () => {
  it('are known by who asks for them, name, version and integrity; those of one platform only are left out', async () => {
    const project = await createStageProject({
      'stages/train.ts': stage(`log(first);`, `import first from 'first';`),
      ...packageFiles('node_modules/first', '1.0.0', ['@scope/second', 'native']),
      ...packageFiles('node_modules/@scope/second', '2.0.0'),
      ...packageFiles('node_modules/native', '3.0.0'),
      ...packageFiles('node_modules/unused', '4.0.0'),
      ...installed({ first: '1.0.0', '@scope/second': '2.0.0', native: { version: '3.0.0', os: ['linux'] }, unused: '4.0.0' }),
    });
    const { packages, changes } = await ran(project);
    expect(packages).toEqual({
      'stages/ > first@1.0.0': 'sha512-first-1.0.0',
      'first@1.0.0 > @scope/second@2.0.0': 'sha512-second-2.0.0',
    });

    await project.write(installed({ first: '1.0.0', '@scope/second': '2.1.0' }));
    expect(changes()).toEqual([{ key: 'first@1.0.0 > @scope/second@2.0.0', old: 'sha512-second-2.0.0', new: '@scope/second@2.1.0' }]);
  });

  it('that only a package for one platform asks for count as asked for from where it lies', async () => {
    const project = await createStageProject({
      'stages/train.ts': stage(`log(native);`, `import native from 'native';`),
      ...packageFiles('node_modules/native', '1.0.0', ['helper']),
      ...packageFiles('node_modules/helper', '2.0.0'),
      ...installed({ native: { version: '1.0.0', os: ['linux'] }, helper: '2.0.0' }),
    });
    const { packages, changes } = await ran(project);
    expect(packages).toEqual({ './ > helper@2.0.0': 'sha512-helper-2.0.0' });
    await project.write(installed({ native: { version: '1.0.0', os: ['linux'] }, helper: '2.0.1' }));
    expect(changes()).toHaveLength(1);
  });

  it('do not count as unchanged because an older version still lies inside a package that the stage does not load', async () => {
    const project = await createStageProject(installed({ lib: '2.0.0', other: '1.0.0', 'other/node_modules/lib': '1.0.0' }));
    const packages = { 'stages/ > lib@1.0.0': 'sha512-lib-1.0.0' };
    expect(codeChanged(project.root, {}, packages)).toEqual([{ key: 'stages/ > lib@1.0.0', old: 'sha512-lib-1.0.0', new: 'lib@2.0.0' }]);
  });

  it('have changed when a version moves to where another importer finds it', async () => {
    const project = await createStageProject({
      'stages/train.ts': stage(`log(a, b);`, `import a from 'a';\nimport b from 'b';`),
      ...packageFiles('node_modules/a', '1.0.0', ['b']),
      ...packageFiles('node_modules/b', '1.0.0'),
      ...installed({ a: '1.0.0', b: '1.0.0' }),
    });
    const { packages, changes } = await ran(project);
    await project.write(installed({ a: '1.0.0', b: '2.0.0', 'a/node_modules/b': '1.0.0' }));
    expect(changes()).toEqual([{ key: 'stages/ > b@1.0.0', old: packages['stages/ > b@1.0.0'], new: 'b@2.0.0' }]);
  });

  it('have changed when another version appears nearer to the package that asks, on disk or in the record of npm', async () => {
    const project = await createStageProject({
      'stages/train.ts': stage(`log(a);`, `import a from 'a';`),
      ...packageFiles('node_modules/a', '1.0.0', ['b']),
      ...packageFiles('node_modules/b', '1.0.0'),
      ...installed({ a: '1.0.0', b: '1.0.0' }),
    });
    const { packages, changes } = await ran(project);
    const expected = [{ key: 'a@1.0.0 > b@1.0.0', old: packages['a@1.0.0 > b@1.0.0'], new: 'b@2.0.0' }];
    await project.write(packageFiles('node_modules/a/node_modules/b', '2.0.0'));
    expect(changes()).toEqual(expected);
    await project.write(installed({ a: '1.0.0', b: '1.0.0', 'a/node_modules/b': '2.0.0' }));
    await rm(project.path('node_modules/a/node_modules'), { recursive: true });
    expect(changes()).toEqual(expected);
  });

  it('have changed when folders of own files swap their versions', async () => {
    const project = await createStageProject({
      'stages/train.ts': stage(`log(b, own);`, `import b from 'b';\nimport { own } from './inner/own.ts';`),
      'stages/inner/own.ts': `import own from 'b';\nexport { own };`,
      ...packageFiles('node_modules/b', '1.0.0'),
      ...packageFiles('stages/inner/node_modules/b', '2.0.0'),
    });
    const { packages, changes } = await ran(project);
    expect(packages).toEqual({ 'stages/ > b@1.0.0': '', 'stages/inner/ > b@2.0.0': '' });
    await project.write({ ...packageFiles('node_modules/b', '2.0.0'), ...packageFiles('stages/inner/node_modules/b', '1.0.0') });
    expect(changes()).toHaveLength(2);
  });

  it('have not changed when only their places have', async () => {
    const project = await createStageProject({
      'stages/train.ts': stage(`log(a, b);`, `import a from 'a';\nimport b from 'b';`),
      ...packageFiles('node_modules/a', '1.0.0', ['b']),
      ...packageFiles('node_modules/a/node_modules/b', '1.0.0'),
      ...packageFiles('node_modules/b', '2.0.0'),
    });
    const { changes } = await ran(project);
    await rm(project.path('node_modules/b'), { recursive: true });
    await project.write({ ...packageFiles('node_modules/b', '1.0.0'), ...packageFiles('stages/node_modules/b', '2.0.0') });
    await rm(project.path('node_modules/a/node_modules'), { recursive: true });
    expect(changes()).toEqual([]);
  });

  it('may lie there twice in one version, and get different packages', async () => {
    const project = await createStageProject({
      'stages/train.ts': stage(`log(x, y);`, `import x from 'x';\nimport y from 'y';`),
      ...packageFiles('node_modules/x', '1.0.0', ['a']),
      ...packageFiles('node_modules/y', '1.0.0', ['a']),
      ...packageFiles('node_modules/a', '1.0.0', ['b']),
      ...packageFiles('node_modules/y/node_modules/a', '1.0.0', ['b']),
      ...packageFiles('node_modules/b', '1.0.0'),
      ...packageFiles('node_modules/y/node_modules/b', '2.0.0'),
    });
    const { packages, changes } = await ran(project);
    expect(Object.keys(packages)).toEqual(expect.arrayContaining(['a@1.0.0 > b@1.0.0', 'a@1.0.0 > b@2.0.0']));
    await project.write(packageFiles('node_modules/y/node_modules/b', '1.0.0'));
    expect(changes()).toEqual([{ key: 'a@1.0.0 > b@2.0.0', old: '', new: 'missing' }]);
  });

  it('that a stage finds by path, or is not meant to find, count too', async () => {
    const project = await createStageProject({
      'stages/train.ts': stage(
        `log(b, inner);`,
        `import b from '../node_modules/a/node_modules/b/main.js';\nimport inner from 'a/inner.js';`,
      ),
      ...packageFiles('node_modules/a', '1.0.0'),
      'node_modules/a/inner.js': '',
      ...packageFiles('node_modules/a/node_modules/b', '1.0.0'),
    });
    const { packages, changes } = await ran(project);
    expect(Object.keys(packages).sort()).toEqual(['./ > a@1.0.0', 'a@1.0.0 > b@1.0.0', 'stages/ > a@1.0.0']);
    await project.write(packageFiles('node_modules/a/node_modules/b', '1.0.1'));
    expect(changes()).toEqual([{ key: 'a@1.0.0 > b@1.0.0', old: '', new: 'b@1.0.1' }]);
  });

  it('that a stage asked for in vain have changed once they are there', async () => {
    const project = await createStageProject({
      'stages/train.ts': stage(`await import('optional').catch(() => log('without'));`),
    });
    const { packages, changes } = await ran(project);
    expect(packages).toEqual({ 'stages/ > optional': 'missing' });
    await project.write(packageFiles('node_modules/optional', '1.0.0'));
    expect(changes()).toEqual([{ key: 'stages/ > optional', old: 'missing', new: 'optional@1.0.0' }]);
  });

  it('without a lock file are known by their package.json', async () => {
    const project = await createStageProject({
      'stages/train.ts': stage(`log(only.version);`, `import only from 'only';`),
      ...packageFiles('node_modules/only', '1.0.0'),
    });
    const { packages, changes } = await ran(project);
    expect(packages).toEqual({ 'stages/ > only@1.0.0': '' });
    await project.write(packageFiles('node_modules/only', '1.0.1'));
    expect(changes()).toEqual([{ key: 'stages/ > only@1.0.0', old: '', new: 'only@1.0.1' }]);
    await project.write({ 'node_modules/only/package.json': '{' });
    expect(changes()).toHaveLength(1);
    await rm(project.path('node_modules/only'), { recursive: true });
    expect(changes()).toEqual([{ key: 'stages/ > only@1.0.0', old: '', new: 'missing' }]);
  });

  it('are found in the store of pnpm', async () => {
    const store = 'node_modules/.pnpm';
    const project = await createStageProject({
      'stages/train.ts': stage(`log(a);`, `import a from 'a';`),
      ...packageFiles(`${store}/a@1.0.0/node_modules/a`, '1.0.0', ['b']),
      ...packageFiles(`${store}/b@1.0.0/node_modules/b`, '1.0.0'),
      ...packageFiles(`${store}/b@2.0.0/node_modules/b`, '2.0.0'),
    });
    await symlink('.pnpm/a@1.0.0/node_modules/a', project.path('node_modules/a'));
    await symlink('../../b@1.0.0/node_modules/b', project.path(`${store}/a@1.0.0/node_modules/b`));
    const { packages, changes } = await ran(project);
    expect(packages).toEqual({ 'stages/ > a@1.0.0': '', 'a@1.0.0 > b@1.0.0': '' });
    await rm(project.path(`${store}/a@1.0.0/node_modules/b`));
    await symlink('../../b@2.0.0/node_modules/b', project.path(`${store}/a@1.0.0/node_modules/b`));
    expect(changes()).toEqual([{ key: 'a@1.0.0 > b@1.0.0', old: '', new: 'b@2.0.0' }]);
  });
});

describe('a linked package', () => {
  async function linkedProject(): Promise<StageProject> {
    const project = await createStageProject({
      'stages/train.ts': stage(`log(linked);`, `import { linked } from 'linked';`),
      'node_modules/.keep': '',
    });
    for (const folder of ['libs/linked', 'libs/linked2']) {
      await project.write({
        [`${folder}/package.json`]: '{"name":"linked","version":"1.0.0","type":"module","exports":"./src/index.js"}',
        [`${folder}/src/index.js`]: `export const linked = '${folder}';`,
      });
    }
    await symlink('../libs/linked', project.path('node_modules/linked'));
    return project;
  }

  it('counts as files of the project', async () => {
    const project = await linkedProject();
    const { code, packages } = await project.run();
    expect(packages).toEqual({ 'stages/ > linked@link:libs/linked': '' });
    expect(Object.keys(code)).toEqual(expect.arrayContaining(['libs/linked/src/index.js', 'libs/linked/package.json']));
  });

  it('has changed when the link leads elsewhere, or is a real folder', async () => {
    const project = await linkedProject();
    const { changes } = await ran(project);
    await rm(project.path('node_modules/linked'));
    await symlink('../libs/linked2', project.path('node_modules/linked'));
    const key = 'stages/ > linked@link:libs/linked';
    expect(changes()).toEqual([{ key, old: '', new: 'linked@link:libs/linked2' }]);
    await rm(project.path('node_modules/linked'));
    await project.write(packageFiles('node_modules/linked', '1.0.0'));
    expect(changes()).toEqual([{ key, old: '', new: 'linked@1.0.0' }]);
  });

  it('that takes the place of a real one is a change, whatever the record of npm says', async () => {
    const project = await linkedProject();
    await rm(project.path('node_modules/linked'));
    await project.write({
      'node_modules/linked/package.json': '{"name":"linked","version":"1.0.0","type":"module","exports":"./index.js"}',
      'node_modules/linked/index.js': 'export const linked = 1;',
      ...installed({ linked: '1.0.0' }),
    });
    const { changes } = await ran(project);
    await rm(project.path('node_modules/linked'), { recursive: true });
    await symlink('../libs/linked', project.path('node_modules/linked'));
    expect(changes()).toMatchObject([{ key: 'stages/ > linked@1.0.0', new: 'linked@link:libs/linked' }]);
  });
});
