import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { discardWarmWorker, warmWorker } from '../../../src/runtime/module/thread-link.ts';
import { REPOSITORY } from '../../helpers/index.ts';
import { createStageProject, stage } from './stage-project.ts';

describe('a thread started ahead', () => {
  it('gives a stage the same environment, numbers and modules as one started for it, and serves one stage only', async () => {
    const project = await createStageProject({
      'stages/train.ts': stage(
        `log(process.env.NAME, rng(), h, globalThis.seen ?? 'fresh'); globalThis.seen = 'used';`,
        `import { h } from './h';`,
      ),
      'stages/h.ts': 'export const h = 1;',
    });
    const env = { NAME: 'value' };
    const cold = await project.run({ env });
    warmWorker();
    warmWorker();
    const warm = await project.run({ env });
    const after = await project.run({ env });
    expect(cold.error).toBeUndefined();
    expect(cold.stdout).toMatch(/^value 0\.\d+ 1 fresh\n$/);
    for (const result of [warm, after])
      expect({ stdout: result.stdout, code: result.code }).toEqual({ stdout: cold.stdout, code: cold.code });
  });

  it('that no stage comes for can be discarded, and keeps no process alive', async () => {
    warmWorker();
    await discardWarmWorker();
    const script = `const { warmWorker } = await import(${JSON.stringify(pathToFileURL(join(REPOSITORY, 'src/runtime/module/thread-link.ts')).href)}); warmWorker();`;
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      timeout: 20_000,
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
