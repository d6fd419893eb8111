import { copyFile, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createProject, REPOSITORY, sharedData, type TestProject } from '../../helpers/index.ts';
import { repro } from '../../helpers/repro-outcomes.ts';

const STAGE = `import { writeFile } from 'node:fs/promises';
import { defineStage } from 'mlo-cli';
import { imageFolder, readIdx, readNpy, writeNpy } from 'mlo-cli/data';

export default defineStage(async ({ deps, outs }) => {
  const labels = await readIdx('labels.gz');
  const seen = [];
  for await (const { images, labels } of imageFolder('pictures', { size: 8, dtype: 'uint8', shuffle: true })) seen.push(images[0], ...labels);
  await writeNpy(outs.labels, labels);
  if ((await readNpy(outs.labels)).data.length !== labels.data.length) throw new Error('another length');
  await writeFile(outs.summary, JSON.stringify({ shape: labels.shape, seen }));
});
`;

function pipeline(deps: string): string {
  return `stages:\n  look:\n    run: look.ts\n    deps: [${deps}]\n    outs: {summary: summary.json, labels: labels.npy}\n`;
}

async function projectWith(deps: string): Promise<TestProject> {
  const project = await createProject({ 'look.ts': STAGE, 'pipeline.yaml': pipeline(deps), '.mlo/config.yaml': '' });
  const odd = sharedData('odd-images');
  for (const [from, to] of [
    ['progressive.jpg', 'pictures/a/1.jpg'],
    ['rgba.png', 'pictures/b/2.png'],
    ['lossy.webp', 'pictures/b/3.webp'],
  ] as const) {
    await mkdir(project.path(to, '..'), { recursive: true });
    await copyFile(join(odd, from), project.path(to));
  }
  await copyFile(join(sharedData('fashion-mnist-sample'), 't10k-labels-idx1-ubyte.gz'), project.path('labels.gz'));
  return project;
}

describe('stages that read through mlo-cli/data', () => {
  it('get the readers of the running mlo, which are no part of their code, and read what they declare', async () => {
    const project = await projectWith('labels.gz, pictures');
    expect((await repro(project, ['--strict'])).outcomes).toEqual({ look: 'ran' });
    expect(JSON.parse(await project.read('summary.json'))).toMatchObject({ shape: [180], seen: { length: 4 } });
    const { stages } = JSON.parse(await project.read('pipeline.lock'));
    expect(Object.keys(stages.look.code)).toEqual(['look.ts']);
    expect(stages.look.packages ?? {}).toEqual({});
    expect((await repro(project, ['--strict'])).outcomes).toEqual({ look: 'unchanged' });
  });

  it('draw the same order from the seed of the stage, run after run', async () => {
    const project = await projectWith('labels.gz, pictures');
    await repro(project);
    const before = await project.read('summary.json');
    expect((await repro(project, ['--force'])).outcomes).toEqual({ look: 'ran' });
    expect(await project.read('summary.json')).toBe(before);
  });

  it('are told what they read without declaring it: of pictures the folder, which stands for each of them', async () => {
    const project = await projectWith('pictures/a');
    const { outcomes, result } = await repro(project, ['--strict']);
    expect(outcomes).toEqual({ look: 'failed' });
    expect(result.json().error.message).toBe(
      "Stage 'look' depends on what it does not declare:\n  look.ts reads: labels.gz\n  look.ts reads: pictures",
    );
  });

  it('fail with the picture that is broken, from the root of the project', async () => {
    const project = await projectWith('labels.gz, pictures');
    await project.write({ 'pictures/a/0.jpg': 'nothing' });
    const { result } = await repro(project);
    expect(result.json().error).toMatchObject({ code: 'MLO_DATA' });
    expect(result.json().error.message).toMatch(
      /pictures\/a\/0\.jpg: no picture that can be read: expected JPEG, .*found bytes that begin with/,
    );
  });
});

describe('plain scripts', () => {
  it('import mlo-cli/data as any package', async () => {
    const script = `import { readIdx } from 'mlo-cli/data'; console.log((await readIdx(process.argv[2])).shape[0]);`;
    const project = await createProject({ 'script.mjs': script });
    await mkdir(project.path('node_modules'));
    await symlink(REPOSITORY, project.path('node_modules/mlo-cli'));
    const labels = join(sharedData('fashion-mnist-sample'), 't10k-labels-idx1-ubyte.gz');
    const { stdout, stderr } = await project.run(process.execPath, ['script.mjs', labels]);
    expect({ stdout, stderr }).toEqual({ stdout: '180\n', stderr: '' });
  });
});
