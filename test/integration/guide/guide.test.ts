import { readFileSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createProject, REPOSITORY, type TestProject } from '../../helpers/index.ts';
import { filesOf, replay, sessionsOf, writeScript, type Step } from '../../helpers/guide-session.ts';

/** The page shows what the commands print. */
async function expectAsShown(project: TestProject, steps: readonly Step[] | undefined): Promise<void> {
  const compared = await replay(project, steps ?? []);
  expect(compared.length).toBeGreaterThan(0);
  expect(compared.map(({ command, printed }) => ({ command, lines: printed }))).toEqual(
    compared.map(({ command, expected }) => ({ command, lines: expected })),
  );
}

/** The block that types this line. */
function block(page: string, command: string, number = 0): readonly Step[] | undefined {
  return sessionsOf(page).filter((steps) => steps.some((step) => step.command === command))[number];
}

/** Different in every file, and of the sizes that the page has. */
function bytes(size: number, seed: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, at) => (at * 31 + seed * 7 + (at >> 8)) & 255);
}

describe('docs/guide shows what is printed', () => {
  it('on version-data.md', async () => {
    const page = 'docs/guide/version-data.md';
    const pictures = ['cat', 'dog'].flatMap((kind, folder) =>
      [1, 2, 3, 4, 5, 6].map((each) => [`data/images/${kind}/${each}.jpg`, bytes(40_000 + 10_000 * folder, 10 * folder + each)]),
    );
    const project = await createProject(Object.fromEntries(pictures));
    await project.git('init', '--quiet', '--initial-branch=main');
    const begin = block(page, 'mlo add data/images');
    const pointer = begin?.find(({ command }) => command === 'cat data/images.mlo')?.shown.find((line) => line.includes('digest'));
    expect(pointer).toMatch(/"digest": "[0-9a-f]{64}"/);
    await expectAsShown(project, begin);

    await project.write({ 'data/images/dog/7.jpg': bytes(70_000, 99), 'data/images/cat/1.jpg': bytes(40_200, 98) });
    await project.remove('data/images/cat/3.jpg');
    await expectAsShown(project, block(page, 'mlo status --granular'));
    await expectAsShown(project, block(page, 'git checkout --quiet v1.0'));
    await expectAsShown(project, block(page, 'mlo checkout data/images/cat@v1.0'));
    await project.mlo(['checkout']);

    await project.write({ 'data/images/dog/2.jpg': 'mine\n' });
    await expectAsShown(
      project,
      sessionsOf(page).find((steps) => steps[0]?.shown[0]?.startsWith('x data/images') === true),
    );
    await project.mlo(['checkout', '--force']);
    await project.write({ 'data/index.bin': 'index' });
    await project.git('add', '--force', 'data/index.bin');
    await expectAsShown(project, block(page, 'mlo add data/index.bin'));
    await project.run('mkfifo', ['data/images/pipe']);
    await expectAsShown(
      project,
      sessionsOf(page).find((steps) => steps[0]?.shown[0]?.includes('is a FIFO') === true),
    );
  });

  it('a pipeline with every kind of field, which runs', async () => {
    const [, pipeline = ''] =
      /```yaml\n(# pipeline\.yaml\nvars:[^]*?)```/.exec(readFileSync(join(REPOSITORY, 'docs/guide/pipelines.md'), 'utf8')) ?? [];
    const project = await createProject({ 'pipeline.yaml': pipeline, 'params.yaml': 'source: raw.txt\n', 'raw.txt': 'b\na\n' });
    expect((await project.mlo(['repro'])).stdout).toContain('8 stages: 8 ran');
    expect((await project.mlo(['status'])).stdout).toContain('8 stages: 1 to run, 7 unchanged');
  });

  it('on pipelines.md, and on recover.md where files are gone', async () => {
    const page = 'docs/guide/pipelines.md';
    const own = await createProject();
    await expectAsShown(own, block(page, 'mlo stage add -n train -d clean.txt -p lr -o model.txt -- ./train.sh'));
    await expectAsShown(
      own,
      sessionsOf(page).find((steps) => steps[0]?.shown[0]?.includes('MLO_PARAMS') === true && steps[0].command === 'mlo repro'),
    );
    await own.write({ 'raw.txt': 'b\na\n', 'params.yaml': 'lr: 0.1\n' });
    await writeScript(own, 'train.sh', '#!/bin/sh\necho reading\necho "no GPU" >&2\nexit 3\n');
    await expectAsShown(
      own,
      sessionsOf(page).find((steps) => steps[0]?.shown.some((line) => line.includes('MLO_STAGE_FAILED')) === true),
    );
    await expectAsShown(own, block(page, 'mlo repro -S l=3'));

    const iris = await createProject();
    await iris.mlo(['init', '--template', 'iris']);
    await iris.git('branch', '--move', '--force', 'main').catch(() => '');
    await expectAsShown(iris, block(page, "git commit --quiet -m 'First results'"));
    await expectAsShown(iris, block(page, 'mlo repro -S train.learning_rate=0.05'));
    await expectAsShown(iris, block(page, 'mlo repro -S train.learning_rate=0.1'));
    const helper = await iris.read('stages/lib/preprocessing.ts');
    await iris.write({ 'stages/lib/preprocessing.ts': `${helper}// a note\n` });
    await expectAsShown(iris, block(page, 'mlo status --why'));
    await iris.write({ 'stages/lib/preprocessing.ts': helper });
    await expectAsShown(iris, block(page, 'mlo metrics diff'));
    await expectAsShown(iris, block('docs/guide/recover.md', 'rm -rf models data/processed'));
    expect(await iris.git('status', '--short', '--', 'models', 'data')).toBe('');
  });

  it('on tensorflow.md', async () => {
    const page = 'docs/guide/tensorflow.md';
    const project = await createProject({ ...filesOf(page), '.mlo/config.yaml': '' });
    expect(project.exists('stages/train.ts')).toBe(true);
    await expectAsShown(project, block(page, 'mlo repro -S train.epochs=100'));
    const { data } = (await project.mlo(['runs', 'search', "stage = 'train'", '--json'])).json<{ data: { runs: { id: string }[] } }>();
    const newest = data.runs[0]?.id ?? '';
    const shown = block(page, 'mlo runs show')?.map((step) => ({ ...step, command: step.command.replace(/--run \w+/, `--run ${newest}`) }));
    await expectAsShown(project, shown);
    await expectAsShown(project, block(page, 'mlo repro --verify'));
    await expectAsShown(project, block(page, 'mlo backend use wasm --local'));
    await project.write({ 'pipeline.yaml': (await project.read('pipeline.yaml')).replace('wasm', 'native') });
    await expectAsShown(project, block(page, 'mlo repro -S train.epochs=30'));
  });

  it('on runs.md and programs.md, of scripts', async () => {
    const page = 'docs/guide/runs.md';
    const project = await createProject({ ...filesOf(page), '.mlo/config.yaml': '' });
    await mkdir(project.path('node_modules'));
    await symlink(REPOSITORY, project.path('node_modules/mlo-cli'));
    await expectAsShown(project, block(page, 'node search.mjs'));
    await expectAsShown(project, block(page, "mlo runs search 'metrics.loss < 1' --order-by 'metrics.loss ASC'")?.slice(0, 1));
    await expectAsShown(project, block(page, 'mlo log metric loss 0.5'));
    await expectAsShown(project, block(page, "mlo runs search 'accuracy > 0.9'"));
  });
});
