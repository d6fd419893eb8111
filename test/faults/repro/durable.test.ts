import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createProject, here } from '../../helpers/index.ts';
import { repro } from '../../helpers/repro-outcomes.ts';
import { injected } from '../lib/inject.ts';

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

test('a finished stage survives a second kill -9 before the lock has it', async () => {
  const project = await createProject({
    'pipeline.yaml': `stages:
  quick: {cmd: echo > q && echo quick >> ran, outs: [{q: {cache: false}}]}
  slow: {cmd: 'echo at work && { test -e go || sleep 600; } && echo > s', deps: [q], outs: [s]}
`,
  });
  // The first one of a repro is that of the lock.
  await project.mlo(['repro', 'quick'], { env: injected({ call: 'fdatasync', nth: 1 }, 'kill') });
  expect([await project.read('ran'), project.exists('pipeline.lock')]).toEqual(['quick\n', false]);
  const killed = project.start(['repro']);
  await killed.waitFor('at work');
  killed.child.kill('SIGKILL');
  await killed.ended;
  expect(project.exists('pipeline.lock')).toBe(false);
  await project.write({ go: '' });
  expect((await repro(here(project))).outcomes).toEqual({ quick: 'unchanged', slow: 'ran' });
  expect(await project.read('ran')).toBe('quick\n');
});
