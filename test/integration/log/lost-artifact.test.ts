import { describe, expect, it } from 'vitest';
import { createScriptProject, script } from './script-project.ts';

/** What is logged while the artifact is looked at, and after that. */
const trains = (then: string): string => `for (let step = 0; step < 20; step += 1) {
    run.logMetric('loss', 1 / (step + 1));
    if (step === 5) run.logArtifact('/dev/null', 'ckpt/5');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  ${then}`;

const KEPT = {
  status: 'FAILED',
  reason: expect.stringContaining('a device') as string,
  metrics: { loss: { points: 20 } },
};

describe('an artifact that cannot be kept', () => {
  it('fails the run of a script at its end, and takes nothing with it that is logged after it', async () => {
    const there = await createScriptProject({
      '.mlo/config.yaml': '',
      'a.mjs': script(`const run = await startRun({ name: 'train' });
        ${trains('')}
        try { await run.end(); } catch (error) { console.log(error.message); }`),
    });
    const { code, stdout, stderr } = await there.node(['a.mjs']).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('a device');
    expect(there.runs()).toMatchObject([KEPT]);
  });

  it('fails a stage, and takes nothing with it that the stage logs after it', async () => {
    const there = await createScriptProject({
      'pipeline.yaml': 'stages:\n  train:\n    run: train.mjs\n',
      'train.mjs': `import { defineStage } from 'mlo-cli'; import { mkdirSync, writeFileSync } from 'node:fs';
        export default defineStage(async ({ run }) => { ${trains(`mkdirSync('whole'); writeFileSync('whole/w', 'w'); run.logArtifact('whole');`)} });`,
    });
    const { code, stderr } = await there.mlo(['repro']);
    expect(code).not.toBe(0);
    expect(stderr).toContain('a device');
    expect(there.runs()[0]?.children).toMatchObject([{ ...KEPT, artifacts: [{ path: 'whole' }] }]);
  });
});
