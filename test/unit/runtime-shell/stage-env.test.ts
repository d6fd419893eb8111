import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../../helpers/index.ts';
import { stageEnvironment, type StageEnvironmentRequest } from '../../../src/runtime/stage-env.ts';

function environment(
  changes: Partial<Omit<StageEnvironmentRequest, 'stage'>> & { stage?: Partial<StageEnvironmentRequest['stage']> } = {},
): Record<string, string> {
  const { stage, ...rest } = changes;
  return stageEnvironment({
    base: { PATH: '/bin', HOME: '/root', GONE: undefined },
    root: '/project',
    runId: 'run',
    trackingDb: '/project/.mlo/tracking.db',
    ...rest,
    stage: { address: 'train', file: 'pipeline.yaml', env: {}, passEnv: [], ...stage },
  });
}

describe('the environment of a stage', () => {
  it("is mlo's own and what the stage needs to know of its run", () => {
    expect(environment({ parentRunId: 'parent' })).toEqual({
      PATH: `/bin:${join(REPOSITORY, 'bin', 'path')}`,
      HOME: '/root',
      MLO_RUN_ID: 'run',
      MLO_PARENT_RUN_ID: 'parent',
      MLO_TRACKING_DB: '/project/.mlo/tracking.db',
      MLO_STAGE: 'train',
      MLO_PARAMS_FILE: '/project/params.yaml',
      MLO_ROOT: '/project',
    });
  });

  it('never tells of the run of an outer mlo', () => {
    expect(environment({ base: { MLO_RUN_ID: 'outer', MLO_PARENT_RUN_ID: 'outer' } })).not.toContain('outer');
    expect(environment({ base: { MLO_PARENT_RUN_ID: 'outer' } })).not.toHaveProperty('MLO_PARENT_RUN_ID');
  });

  it('takes the env of the stage before that of mlo, but not in the place of what mlo tells', () => {
    expect(environment({ stage: { env: { HOME: '/elsewhere', MLO_STAGE: 'faked' } } })).toMatchObject({
      HOME: '/elsewhere',
      MLO_STAGE: 'train',
    });
  });

  it('takes a passed name from mlo, and nothing where it is not set there', () => {
    const env = environment({ stage: { env: { HOME: '/elsewhere', TOKEN: 'x' }, passEnv: ['HOME', 'TOKEN'] } });
    expect(env.HOME).toBe('/root');
    expect(env).not.toHaveProperty('TOKEN');
  });

  it('names the params file beside the pipeline file', () => {
    expect(environment({ stage: { file: 'sub/pipeline.yaml' } }).MLO_PARAMS_FILE).toBe('/project/sub/params.yaml');
  });

  it('has what DVC sets for stages of a dvc.yaml alone', () => {
    expect(environment({ stage: { file: 'dvc.yaml' } })).toMatchObject({ DVC_ROOT: '/project', DVC_STAGE: 'train' });
    expect(environment()).not.toHaveProperty('DVC_ROOT');
  });
});
