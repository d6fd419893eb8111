import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { createProject, REPOSITORY } from '../../helpers/index.ts';
import { createStageProject } from '../module/stage-project.ts';

describe('mlo-cli/train', () => {
  it("is the running mlo's in a stage, by import and by require, and no part of its code", async () => {
    const project = await createStageProject({
      'stages/train.ts': `import { createRequire } from 'node:module';
        import { defineStage } from 'mlo-cli';
        import { accuracy } from 'mlo-cli/train';
        export default defineStage(({ log }) => {
          log(accuracy([1, 2], [1, 3]), createRequire(import.meta.url)('mlo-cli/train').accuracy === accuracy);
        });`,
    });
    const { error, stdout, code, packages } = await project.run();
    expect({ error, stdout, packages }).toEqual({ error: undefined, stdout: '0.5 true\n', packages: {} });
    expect(Object.keys(code).filter((path) => !path.endsWith('package.json'))).toEqual(['stages/train.ts']);
  });

  it('works in a stage of the built command line', async () => {
    const project = await createProject({
      'pipeline.yaml': 'stages:\n  score:\n    run: score.ts\n    outs: {score: score.txt}\n',
      'score.ts': `import { writeFileSync } from 'node:fs';
        import { defineStage } from 'mlo-cli';
        import { rocAuc } from 'mlo-cli/train';
        export default defineStage(({ outs }) => writeFileSync(outs.score, String(rocAuc([0, 1, 1], [0.1, 0.4, 0.3]))));`,
      '.mlo/config.yaml': '',
    });
    expect(await project.mlo(['repro'])).toMatchObject({ code: 0 });
    expect(await project.read('score.txt')).toBe('1');
  });

  it('is found by a script next to the package, and loads no package by itself', () => {
    const script = `import { registerHooks } from 'node:module';
      const seen = []; registerHooks({ resolve(s, c, next) { const found = next(s, c); seen.push(found.url); return found; } });
      const { accuracy } = await import('mlo-cli/train');
      console.log(accuracy([1], [1]), JSON.stringify(seen.filter((url) => url.includes('node_modules'))));`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--conditions=mlo-source', '--input-type=module', '-e', script], {
      encoding: 'utf8',
      cwd: REPOSITORY,
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    expect({ stdout, stderr }).toEqual({ stdout: '1 []\n', stderr: '' });
  });
});
