import { describe, expect, it } from 'vitest';
import { inTerminal } from '../../cli/pseudo-terminal.ts';
import { createProject, LAUNCHER } from '../../helpers/index.ts';

const PIPELINE = `stages:
  train:
    cmd: |
      for step in 1 2 3; do mlo log metric loss 0.$step --step $step; done
      while [ ! -e go ]; do sleep 0.05; done
      mlo log metric loss 0.9 --step 4
`;

describe('mlo runs watch', () => {
  it('prints each new value of a run that is at work, from another process, and ends with it', async () => {
    const project = await createProject({ 'pipeline.yaml': PIPELINE });
    const repro = project.start(['repro']);
    await expect.poll(async () => (await project.mlo(['runs', 'list', '--json'])).json().data.runs.length, { timeout: 30_000 }).toBe(1);
    const watch = project.start(['runs', 'watch']);
    await watch.waitFor('loss 0.3');
    await project.write({ go: '' });
    const seen = await watch.ended;
    expect(seen.code).toBe(0);
    expect(seen.stdout).toMatch(/train {2}loss 0\.9 {2}step 4\n[^]*train {2}FINISHED\n[^]*repro {2}FINISHED\n/);
    expect((await repro.ended).code).toBe(0);
    const again = await project.mlo(['runs', 'watch', '--json']);
    expect([again.code, again.json().data.status]).toEqual([0, 'FINISHED']);
  });

  it('shows all of a run on a terminal that does not know its size', async () => {
    const project = await createProject({ 'pipeline.yaml': 'stages: {train: {cmd: mlo log metric loss 0.25}}\n' });
    expect(await project.mlo(['repro'])).toMatchObject({ code: 0 });
    const watch = inTerminal(project, 'sh', ['-c', 'stty rows 0; exec "$@"', 'sh', process.execPath, LAUNCHER, 'runs', 'watch']);
    expect(await watch.ended).toMatchObject({ code: 0 });
    expect((await watch.screen()).join('\n')).toMatch(/loss=0\.25/);
  });

  it('says what to do where nothing ran yet', async () => {
    const project = await createProject({ 'pipeline.yaml': PIPELINE });
    const { code, stderr } = await project.mlo(['runs', 'watch']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('mlo repro')]);
  });
});
