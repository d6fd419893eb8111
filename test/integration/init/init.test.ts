import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { init, TEMPLATE_NAMES } from '../../../src/app/init.ts';
import { MLO_GITIGNORE } from '../../../src/app/keep-out-of-git.ts';
import { appContext, createProject, createProjectHere, REPOSITORY, temporaryFolder } from '../../helpers/index.ts';

describe('init', () => {
  it.each(TEMPLATE_NAMES)('with the template %s writes what it says and nothing else', async (template) => {
    const cwd = await temporaryFolder();
    const { created, root, next } = await init(appContext(cwd), { template, git: false });
    expect(root).toBe(cwd);
    expect(filesBelow(cwd)).toEqual(created.toSorted());
    expect(created).toEqual(expect.arrayContaining(['.mlo/config.yaml', '.mlo/.gitignore', '.mloignore', 'pipeline.yaml', 'params.yaml']));
    expect(next).toHaveLength(3);
    expect(readFileSync(join(cwd, 'pipeline.yaml'), 'utf8')).toMatch(/^# yaml-language-server: \$schema=\S+pipeline\.schema\.json\n/);
  });

  it('uses the schema of the package where the project has one', async () => {
    const cwd = await temporaryFolder();
    await mkdir(join(cwd, 'node_modules/mlo-cli'), { recursive: true });
    await init(appContext(cwd), { template: 'empty', git: false });
    expect(readFileSync(join(cwd, 'pipeline.yaml'), 'utf8').split('\n')[0]).toBe(
      '# yaml-language-server: $schema=node_modules/mlo-cli/schema/pipeline.schema.json',
    );
  });

  it('overwrites nothing: it names every file in the way and writes none', async () => {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, 'pipeline.yaml'), 'mine');
    await writeFile(join(cwd, 'params.yaml'), 'mine too');
    const attempt = init(appContext(cwd), { template: 'iris', git: true });
    await expect(attempt).rejects.toMatchObject({ code: 'MLO_INIT_EXISTS', details: { paths: ['pipeline.yaml', 'params.yaml'] } });
    expect(filesBelow(cwd)).toEqual(['params.yaml', 'pipeline.yaml']);
    expect(readFileSync(join(cwd, 'pipeline.yaml'), 'utf8')).toBe('mine');
  });

  it.each(['params.yaml', 'pipeline.yaml'])('keeps a %s that is there already, says so, and adds what is missing', async (name) => {
    const project = await createProject();
    const mine = name === 'params.yaml' ? 'lr: 1\n' : 'stages: {}\n';
    await project.write({ [name]: mine });
    const { code, stdout } = await project.mlo(['init']);
    expect(code).toBe(0);
    expect(stdout).toContain(`kept ${name}`);
    expect(await project.read(name)).toBe(mine);
    expect(['.mlo/config.yaml', '.mloignore', 'pipeline.yaml', 'params.yaml'].filter((path) => !project.exists(path))).toEqual([]);
    expect(await project.mlo(['repro'])).toMatchObject({ code: 0 });
  });

  it('is not held up by what mlo itself has written, nor by files that are as it would write them', async () => {
    const project = await createProject({ 'pipeline.yaml': 'stages: {a: {cmd: echo > a, outs: [a]}}\n' });
    await project.mlo(['repro']);
    expect(project.exists('.mlo/.gitignore')).toBe(true);
    const { created, kept } = await init(appContext(project.root), { template: 'empty', git: false });
    expect(created).toEqual(['.mlo/config.yaml', '.mloignore', 'params.yaml']);
    expect(kept).toEqual(['.mlo/.gitignore', 'pipeline.yaml']);
  });

  it('goes on where one that was killed stopped', async () => {
    const cwd = await temporaryFolder();
    await init(appContext(cwd), { template: 'iris', git: false });
    await rm(join(cwd, 'pipeline.yaml'));
    expect((await init(appContext(cwd), { template: 'iris', git: false })).created).toEqual(['pipeline.yaml']);
  });

  it('refuses a folder in place of a file', async () => {
    const cwd = await temporaryFolder();
    await mkdir(join(cwd, 'params.yaml'));
    const attempt = init(appContext(cwd), { template: 'empty', git: false });
    await expect(attempt).rejects.toMatchObject({ code: 'MLO_INIT_EXISTS', details: { paths: ['params.yaml'] } });
  });

  it('counts a file in place of a folder as in the way', async () => {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, 'data'), '');
    await expect(init(appContext(cwd), { template: 'iris', git: false })).rejects.toMatchObject({
      details: { paths: ['data/raw/iris.csv'] },
    });
  });

  it('leaves a project alone that is there already', async () => {
    const cwd = await temporaryFolder();
    await init(appContext(cwd), { template: 'empty', git: false });
    const again = init(appContext(cwd), { template: 'empty', git: false });
    await expect(again).rejects.toMatchObject({ code: 'MLO_INIT_EXISTS', message: `${cwd} is a project already`, problems: [] });
  });

  it('makes the folder it is given, and says how to get there', async () => {
    const cwd = await temporaryFolder();
    const { root, next } = await init(appContext(cwd), { template: 'default', directory: "new/it's mine", git: false });
    expect(root).toBe(join(cwd, "new/it's mine"));
    expect(next[0]).toBe(`cd 'new/it'\\''s mine' && mlo repro`);
  });

  it('says what to type after npx, which has put no mlo on the PATH', async () => {
    const cwd = await temporaryFolder();
    const byNpx = appContext(cwd, { npm_lifecycle_event: 'npx' });
    expect((await init(byNpx, { template: 'empty', directory: 'alone', git: false })).next[1]).toBe('npx mlo-cli repro');
    await mkdir(join(cwd, 'node_modules/.bin'), { recursive: true });
    await writeFile(join(cwd, 'node_modules/.bin/mlo'), '');
    const { next } = await init(byNpx, { template: 'empty', directory: 'beside', git: false });
    expect(next).toEqual(['cd beside && npx mlo add <path of your data>', 'npx mlo repro', 'npx mlo status --why']);
    const others = appContext(cwd, { npm_lifecycle_event: 'start' });
    expect((await init(others, { template: 'empty', directory: 'script', git: false })).next[1]).toBe('mlo repro');
  });

  it('starts a Git repository, but not inside another one, and not when told not to', async () => {
    const cwd = await temporaryFolder();
    const context = appContext(cwd);
    expect((await init(context, { template: 'empty', directory: 'outer', git: true })).git).toBe('created');
    expect((await init(context, { template: 'empty', directory: 'outer/inner', git: true })).git).toBe('present');
    expect((await init(context, { template: 'empty', directory: 'other', git: false })).git).toBe('off');
    expect([existsSync(join(cwd, 'outer/.git')), existsSync(join(cwd, 'outer/inner/.git')), existsSync(join(cwd, 'other/.git'))]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('keeps the cache, the runs and local settings out of Git', async () => {
    const project = await createProject();
    await init(appContext(project.root), { template: 'empty', git: true });
    await project.write({ '.mlo/cache/objects/x': 'x', '.mlo/tracking.db': 'x', '.mlo/config.local.yaml': 'x', '.mlo/lock': 'x' });
    expect((await project.git('status', '--porcelain', '--untracked-files=all')).split('\n').toSorted()).toEqual(
      ['', '?? .mlo/.gitignore', '?? .mlo/config.yaml', '?? .mloignore', '?? params.yaml', '?? pipeline.yaml'].toSorted(),
    );
  });

  it.each([
    ['init', ['init', '--template', 'empty']],
    ['add', ['add', 'data.txt']],
    ['config set --local', ['config', 'set', '--local', 'core.jobs', '2']],
  ])('%s counts an empty .mlo/.gitignore as none: Git would take the cache and secrets', async (_verb, args) => {
    const project = await createProjectHere({ '.mlo/.gitignore': '', 'data.txt': 'x' });
    expect(await project.mlo(args)).toMatchObject({ code: 0 });
    expect(await project.read('.mlo/.gitignore')).toBe(MLO_GITIGNORE);
  });
});

describe('the templates', () => {
  it('default runs at once and has nothing to do the second time', async () => {
    const project = await createProject();
    expect((await project.mlo(['init'])).code).toBe(0);
    const first = await project.mlo(['repro', '--json']);
    expect(first.json().data.stages.map((stage: { outcome: string }) => stage.outcome)).toEqual(['ran', 'ran', 'ran']);
    expect(JSON.parse(await project.read('metrics.json'))).toEqual({ count: 10, mean: 38.5 });
    const second = await project.mlo(['repro', '--json']);
    expect(second.json().data.stages.map((stage: { outcome: string }) => stage.outcome)).toEqual(['unchanged', 'unchanged', 'unchanged']);
  });

  it('default leaves the folder data to the user, before and after it ran', async () => {
    const project = await createProject({ 'data/raw/a.csv': '1,2\n' });
    expect((await project.mlo(['init'])).code).toBe(0);
    expect((await project.mlo(['add', 'data'])).code).toBe(0);
    expect((await project.mlo(['repro'])).code).toBe(0);
    await project.write({ 'data/raw/b.csv': '3,4\n' });
    expect((await project.mlo(['add', 'data', '--json'])).json().data.added).toMatchObject([{ files: 2 }]);
  });

  it('empty is a valid pipeline without stages', async () => {
    const project = await createProject();
    await project.mlo(['init', '--template', 'empty']);
    expect(await project.mlo(['status'])).toMatchObject({ code: 0 });
    expect(await project.mlo(['repro'])).toMatchObject({ code: 0 });
  });

  it('iris is the pipeline of this repository', async () => {
    const cwd = await temporaryFolder();
    const { created } = await init(appContext(cwd), { template: 'iris', git: false });
    const copied = created.filter((path) => /^(stages|data)\//.test(path) || path === 'params.yaml');
    expect(copied).toEqual(expect.arrayContaining(['params.yaml', 'data/raw/iris.csv', 'stages/train.ts']));
    for (const path of copied) expect(readFileSync(join(cwd, path), 'utf8')).toBe(readFileSync(join(REPOSITORY, path), 'utf8'));
  });
});

function filesBelow(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();
}
