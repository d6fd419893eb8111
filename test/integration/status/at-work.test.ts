import { expect, it } from 'vitest';
import { createProject } from '../../helpers/index.ts';

it('a stage that another command is running is not said to have been cut short', async () => {
  const project = await createProject({
    '.mlo/config.yaml': '',
    'pipeline.yaml': `stages:
  slow:
    cmd: echo at work && while test ! -e go; do sleep 0.05; done; echo 1 > slow.txt
    outs: [slow.txt]
`,
  });
  const running = project.start(['repro', '--verbose']);
  await running.waitFor('at work');
  const busy = await project.mlo(['status']);
  expect(busy.stdout + busy.stderr).toContain('Busy: mlo repro');
  expect(busy.stdout).toMatch(/slow +. run +never run\n/);
  expect((await project.mlo(['repro', '--dry', '--verbose'])).stdout).toContain('never run');
  await project.write({ go: '' });
  expect((await running.ended).code).toBe(0);
  expect((await project.mlo(['status'])).stdout).toContain('1 unchanged');
});
