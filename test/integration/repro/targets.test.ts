import { describe, expect, test } from 'vitest';
import { createProjectHere, type MloOptions, type TestProject } from '../../helpers/index.ts';
import { repro } from '../../helpers/repro-outcomes.ts';

/** In sub, the stage `fit` writes sub/model, and a stage is called model too. */
const BELOW = `stages:
  fit: {cmd: echo m > model, outs: [model]}
  model: {cmd: echo other > other, outs: [other]}
`;

/** Where the pipeline below is, which is not the first of the project. */
async function below(): Promise<{ readonly project: TestProject; readonly here: MloOptions }> {
  const project = await createProjectHere({ '.mlo/config.yaml': '', 'pipeline.yaml': 'stages: {}\n', 'sub/pipeline.yaml': BELOW });
  return { project, here: { cwd: 'sub' } };
}

async function data<T>(project: TestProject, args: readonly string[], options: MloOptions): Promise<T> {
  const result = await project.mlo([...args, '--json'], options);
  expect([result.code, result.stderr]).toEqual([0, '']);
  return result.json<{ data: T }>().data;
}

describe('a target below the root of the project', () => {
  test('is the stage of that name in the pipeline file here, before the out of another stage', async () => {
    const { project, here } = await below();
    expect((await repro(project, ['model'], here)).outcomes).toEqual({ 'sub/pipeline.yaml:model': 'ran' });
    expect(project.exists('sub/model')).toBe(false);
    expect((await repro(project, ['./model'], here)).outcomes).toEqual({ 'sub/pipeline.yaml:fit': 'ran' });
  });

  test('may be an out as it lies from here, for every command that takes a stage', async () => {
    const { project, here } = await below();
    await repro(project, ['other'], here);
    const address = 'sub/pipeline.yaml:model';
    expect((await data<{ nodes: { name: string }[] }>(project, ['dag', 'other'], here)).nodes.map(({ name }) => name)).toEqual([address]);
    expect((await data<{ stages: { name: string }[] }>(project, ['stage', 'show', 'other'], here)).stages.map(({ name }) => name)).toEqual([
      address,
    ]);
    expect(await data(project, ['logs', 'other'], here)).toMatchObject({ stage: address });
    expect(await data(project, ['freeze', 'other'], here)).toMatchObject({ stages: [address] });
  });
});

describe('stages of a foreach', () => {
  const FOREACH = `stages:\n  a:\n    foreach: [x y, z]\n    do: {cmd: "echo run-\${item}; false", outs: ['\${item}.out']}\n`;

  test('have a log each: which one is meant is to be said, unless there is but one', async () => {
    const project = await createProjectHere({ 'pipeline.yaml': FOREACH });
    await repro(project, ['-k']);
    const { code, stderr } = await project.mlo(['logs', 'a']);
    expect(code).toBe(2);
    expect(stderr).toContain("A log is of one stage, and 'a' stands for 2 stages: 'a@x y', 'a@z'");
    expect(stderr).toContain("mlo logs 'a@x y'");
    expect((await project.mlo(['logs', 'a@z'])).stdout).toBe('run-z\n');
    await project.write({ 'pipeline.yaml': FOREACH.replace('x y, ', '') });
    expect((await project.mlo(['logs', 'a'])).stdout).toBe('run-z\n');
  });

  test('are named in hints as a shell takes them', async () => {
    const project = await createProjectHere({ 'pipeline.yaml': FOREACH.replace('x y, z', 'x y') });
    expect((await project.mlo(['repro'])).stderr).toContain("mlo logs 'a@x y'");
    expect((await project.mlo(['status', '--why'])).stdout).toContain("mlo logs 'a@x y'");
  });
});
