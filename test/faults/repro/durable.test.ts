import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createProject } from '../../helpers/index.ts';

test('a finished stage reaches the lock while the next one is still at work, not only after it', async () => {
  const project = await createProject({
    'pipeline.yaml':
      "stages:\n  quick: {cmd: echo > q, outs: [q]}\n  slow: {cmd: 'mkfifo gate; touch started; cat gate; echo > s', outs: [s]}\n",
  });
  const running = project.start(['repro']);
  const lock = project.path('pipeline.lock');
  await expect.poll(() => existsSync(project.path('started')) && existsSync(lock), { timeout: 20_000 }).toBe(true);
  expect(Object.keys((JSON.parse(readFileSync(lock, 'utf8')) as { stages: object }).stages)).toEqual(['quick']);
  writeFileSync(project.path('gate'), 'go\n');
  expect((await running.ended).code).toBe(0);
});
