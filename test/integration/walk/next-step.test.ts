import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createProject, createProjectHere, here, projectAt, temporaryFolder, type TestProject } from '../../helpers/index.ts';

const PIPELINE = `stages:
  train:
    cmd: mkdir -p model && cat params.yaml | tee model/weights > model/biases
    params: [lr]
    outs: [model]
`;

/** With a remote, pushed and committed. */
let project: TestProject;
let clone: TestProject;

async function hintOf(where: TestProject, ...args: readonly string[]): Promise<string> {
  const { stderr } = await where.mlo(args);
  return (
    stderr
      .split('\n')
      .find((line) => line.startsWith('hint: '))
      ?.slice('hint: '.length) ?? ''
  );
}

beforeAll(async () => {
  project = await createProjectHere({ 'pipeline.yaml': PIPELINE, 'params.yaml': 'lr: 1\n', '.mlo/config.yaml': '' }, { git: true });
  expect((await project.mlo(['repro'])).code).toBe(0);
  const added = await project.mlo(['remote', 'add', 'origin', join(await temporaryFolder(), 'remote')]);
  expect(added.stderr).toBe('hint: mlo remote check origin; clones know it once .mlo/config.yaml is committed\n');
  expect((await project.mlo(['push'])).code).toBe(0);
  await project.git('add', '--all');
  await project.git('commit', '--quiet', '--message=trained');
  await project.git('branch', 'better');
  const root = join(await temporaryFolder(), 'clone');
  await project.git('clone', '--quiet', project.root, root);
  clone = here(projectAt(root, project.home));
});

describe('what to type next', () => {
  it('after a clone is to take from the remote what somebody has run', async () => {
    const { stdout } = await clone.mlo(['status']);
    expect(stdout).toContain('model  2 files not in the cache (out of train)');
    expect(await hintOf(clone, 'status')).toBe('mlo repro --pull (takes from the remote what is there, and runs the rest)');
    const { stages } = (await clone.mlo(['repro', '--pull', '--json'])).json().data;
    expect(stages).toMatchObject([{ outcome: 'restored' }]);
    expect(await hintOf(clone, 'status')).toBe('');
  });

  it('is to install where a package is missing that a stage ran with', async () => {
    const alone = await createProject({
      '.mlo/config.yaml': '',
      'pipeline.yaml': 'stages:\n  score:\n    run: score.ts\n    outs: [score.txt]\n',
      'score.ts':
        "import { writeFileSync } from 'node:fs';\nimport { defineStage } from 'mlo-cli';\nimport { best } from 'lib';\nexport default defineStage(() => writeFileSync('score.txt', best));\n",
      'package.json': '{"type": "module", "dependencies": {"lib": "1.0.0"}}',
      'node_modules/lib/package.json': '{"name": "lib", "version": "1.0.0", "type": "module", "exports": "./index.js"}',
      'node_modules/lib/index.js': "export const best = '1';\n",
    });
    expect((await alone.mlo(['repro'])).code).toBe(0);
    await alone.remove('node_modules');
    expect((await alone.mlo(['status'])).stdout).toContain('lib@1.0.0 is not installed');
    expect(await hintOf(alone, 'status')).toBe('npm ci installs the packages that stages ran with; without them: mlo repro');
  });

  it('without a remote is to run', async () => {
    const alone = await createProjectHere({ 'pipeline.yaml': PIPELINE, 'params.yaml': 'lr: 1\n' });
    expect(await hintOf(alone, 'status')).toBe('mlo repro');
  });

  it('where no remote has that name is to look which there are', async () => {
    const hint = 'mlo remote list shows those that are known; another one: mlo remote add nope s3://<bucket>/<prefix>';
    expect(await hintOf(project, 'remote', 'remove', 'nope')).toBe(hint);
  });

  it('after status --remote of a remote by name is for that one', async () => {
    const copy = await createProjectHere({ 'a.txt': 'a', '.mlo/config.yaml': '' });
    for (const name of ['one', 'two']) await copy.mlo(['remote', 'add', name, join(await temporaryFolder(), name)]);
    await copy.mlo(['add', 'a.txt']);
    expect(await hintOf(copy, 'status', '--remote')).toBe('mlo push');
    expect(await hintOf(copy, 'status', '--remote', 'two')).toBe('mlo push -r two');
  });

  it('says nothing of commits where a remote is for this clone only', async () => {
    expect(await hintOf(project, 'remote', 'add', 'mine', '/mnt/mine', '--local')).toBe('mlo remote check mine');
  });

  it.each(['push', 'pull', 'fetch'])('%s origin says how a remote is named', async (verb) => {
    const { code, stderr } = await project.mlo([verb, 'origin']);
    expect(code).toBe(2);
    expect(stderr).toContain('error[MLO_TARGET]');
    expect(stderr).toContain('hint: A remote is named by an option: --remote origin\n');
  });

  it.each(['metrics', 'params'])('%s show of a file says how a file is named, in a folder of the project too', async (family) => {
    await project.write({ 'metrics.json': '{"acc": 1}', 'sub/params.yaml': 'lr: 1\n' });
    expect(await hintOf(project, family, 'show', 'metrics.json')).toBe('A file is named by an option: --file metrics.json');
    expect(await hintOf(project, family, 'diff', 'HEAD', 'metrics.json')).toBe('A file is named by an option: --file metrics.json');
    const below = await project.mlo([family, 'show', 'params.yaml'], { cwd: 'sub' });
    expect(below.stderr).toContain("'params.yaml' is a file; Git knows no revision of that name");
    expect(await hintOf(project, family, 'show', 'none.json')).toBe('git log --oneline --decorate --all');
    await project.remove('metrics.json', 'sub');
  });

  it('diff of a path says how a path is named', async () => {
    expect(await hintOf(project, 'diff', 'model')).toBe('mlo diff --targets model');
    expect(await hintOf(project, 'diff', 'better', 'model')).toBe('mlo diff better --targets model');
    expect(await hintOf(project, 'diff', 'none')).toBe('git log --oneline --decorate --all');
  });

  it('remote check of a bucket without a region says it once, and what was not tried', async () => {
    await project.mlo(['remote', 'add', '--local', 'far', 's3://bucket/prefix']);
    const { stdout, stderr } = await project.mlo(['remote', 'check', 'far']);
    expect(stdout.match(/mlo remote modify far region <region>/g)).toHaveLength(1);
    expect(stdout).toMatch(/^- clock +not tried/m);
    expect(stderr).toContain('pull, push and gc --remote do not work\n');
  });

  it('of a path by the symlink that led into the project is the same as by its own', async () => {
    const link = join(await temporaryFolder(), 'link');
    symlinkSync(project.root, link);
    expect((await project.mlo(['ls', join(link, 'model')])).stdout).toBe('biases\nweights\n');
    expect((await project.mlo(['ls', link, '--json'])).code).toBe(0);
    expect((await project.mlo(['checkout', join(link, 'model')])).code).toBe(0);
    expect(await hintOf(project, 'ls', '/etc')).toBe(
      'Name a path of the project; data that lies elsewhere: copy it into the project first',
    );
  });

  it('checkout of a branch says what Git does and what mlo does', async () => {
    expect(await hintOf(project, 'checkout', 'better')).toBe(
      'All of that revision: git switch better && mlo checkout; its data only: mlo checkout --rev better',
    );
    expect(await hintOf(project, 'checkout', 'nothing')).toBe('mlo status shows what is tracked.');
  });

  it('-f before a stage, as DVC has it, is told from --force', async () => {
    expect(await hintOf(project, 'repro', '-f', 'train')).toBe('-f names a pipeline file; what runs although nothing changed: --force');
    expect(await hintOf(project, 'repro', '-f', 'other.yaml')).toBe('Check --file, or create one with: mlo init');
  });

  it('where a run has not got an artifact itself is the run that has it', async () => {
    const listed = (await project.mlo(['runs', 'list', '--json'])).json().data.runs;
    const first = listed[0].id as string;
    const below = (await project.mlo(['runs', 'show', first, '--json'])).json().data.children[0].id as string;
    const hint = `The run ${below.slice(0, 8)} (train) has it`;
    expect(await hintOf(project, 'artifacts', 'get', first, 'model')).toBe(hint);
    expect(await hintOf(project, 'artifacts', 'list', first, 'model/weights')).toBe(hint);
    expect(await hintOf(project, 'artifacts', 'get', first, 'nothing')).toBe(`mlo artifacts list ${first.slice(0, 8)}`);
    await project.mlo(['repro', '-S', 'lr=3']);
    await project.mlo(['repro', '-S', 'lr=1']);
    const later = (await project.mlo(['runs', 'list', '--json'])).json().data.runs[0].id as string;
    expect(later).not.toBe(first);
    expect(await hintOf(project, 'artifacts', 'get', later, 'model')).toBe(hint);
  });
});

it('a note of a run is compared among the tags, under the name that its command has', async () => {
  const [now] = (await project.mlo(['runs', 'list', '--json'])).json().data.runs;
  await project.mlo(['repro', '-S', 'lr=2']);
  const [newer] = (await project.mlo(['runs', 'list', '--json'])).json().data.runs;
  await project.mlo(['runs', 'note', newer.id, 'too fast']);
  const { rows } = (await project.mlo(['runs', 'compare', now.id, newer.id, '--json'])).json().data;
  expect(rows).toContainEqual(expect.objectContaining({ section: 'tags', key: 'note', values: [null, 'too fast'] }));
});

it('packages that were committed have no stages and params of the project, at a revision neither', async () => {
  const own = await createProjectHere(
    {
      'pipeline.yaml': PIPELINE,
      'params.yaml': 'lr: 1\n',
      'node_modules/other/pipeline.yaml': PIPELINE,
      'node_modules/other/params.yaml': 'lr: 7\n',
    },
    { git: true },
  );
  const { code, stdout } = await own.mlo(['params', 'diff']);
  expect([code, stdout]).toEqual([0, 'No params differ between HEAD and workspace.\n']);
});

describe('init where npm has installed packages', () => {
  it('keeps them out of Git', async () => {
    const own = await createProjectHere({ 'node_modules/some/index.js': '' });
    expect((await own.mlo(['init'])).stdout).toContain('.gitignore');
    expect(await own.read('.gitignore')).toBe('node_modules/\n');
    expect(await own.git('status', '--porcelain')).not.toContain('node_modules');
  });

  it('leaves a .gitignore as it is', async () => {
    const own = await createProjectHere({ 'node_modules/some/index.js': '', '.gitignore': '/dist\n' });
    expect((await own.mlo(['init'])).code).toBe(0);
    expect(await own.read('.gitignore')).toBe('/dist\n');
  });
});
