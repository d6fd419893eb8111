import { cp } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LAUNCHER, REPOSITORY, requirePeer } from '../../helpers/index.ts';
import { createScriptProject, type ScriptProject } from './script-project.ts';

async function withExamples(files: { readonly [path: string]: string }): Promise<ScriptProject> {
  const there = await createScriptProject(files);
  await cp(join(REPOSITORY, 'examples/logging'), there.path('examples/logging'), { recursive: true });
  await cp(join(REPOSITORY, 'examples/data'), there.path('examples/data'), { recursive: true });
  return there;
}

describe('the examples of logging', () => {
  it('a grid search outside of any pipeline has a run for each combination below its own', async () => {
    const there = await withExamples({ '.mlo/config.yaml': '' });
    const { code, stdout, stderr } = await there.node(['examples/logging/grid-search.ts']).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^accuracy 0\.9200 with rate 1 and penalty 0: mlo runs show [0-9a-f]{8}\n$/);
    const [search] = there.runs();
    expect(search).toMatchObject({
      name: 'grid search',
      status: 'FINISHED',
      params: { epochs: 60, rate: 1, penalty: 0 },
      metrics: { accuracy: { value: 0.92 } },
      inputs: [{ name: 'examples/data/iris.csv', context: 'train' }],
      artifacts: [{ path: 'weights.json' }],
    });
    expect(search?.children).toHaveLength(6);
    for (const child of search?.children ?? [])
      expect(child).toMatchObject({ status: 'FINISHED', metrics: { loss: { points: 60, step: 59 }, accuracy: { points: 1 } } });
  });

  it('a Python loop in a stage logs 200,000 points by one stream', async () => {
    requirePeer('python3');
    const there = await withExamples({
      'pipeline.yaml':
        'stages:\n  descend:\n    cmd: python3 examples/logging/descent.py 100000\n    deps: [examples/logging/descent.py]\n',
      'bin/mlo': `#!/bin/sh\nexec '${process.execPath}' '${LAUNCHER}' "$@"\n`,
    });
    const { code, stderr } = await there.mlo(['repro'], { env: { PATH: [there.path('bin'), there.env['PATH']].join(delimiter) } });
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    expect(there.runs()[0]?.children).toMatchObject([
      { name: 'descend', metrics: { loss: { points: 100_000, step: 99_999 }, distance: { points: 100_000 } } },
    ]);
  });
});
