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
