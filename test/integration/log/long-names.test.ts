import { expect, it } from 'vitest';
import { createScriptProject } from './script-project.ts';

const LONG = 'k'.repeat(300);

it('a stage does not fail for params and metrics files with names and values longer than a run can take from a script', async () => {
  const there = await createScriptProject({
    'params.yaml': JSON.stringify({ [LONG]: 'v'.repeat(9_000), lr: 1 }),
    'metrics.txt': JSON.stringify({ ok: 1, [LONG]: 2, 'a\nb': 3 }),
    'pipeline.yaml': `stages:\n  train:\n    cmd: cp metrics.txt metrics.json\n    params: [lr, ${LONG}]\n    metrics:\n      - metrics.json: {cache: false}\n`,
  });
  const { code, stderr } = await there.mlo(['repro']);
  expect(code).toBe(0);
  expect(stderr).toContain('A metric of metrics.json is not logged: its name has 300 characters, 250 are the most');
  expect(stderr).toContain('its name has a control character');
  expect(there.runs()[0]?.children).toMatchObject([{ params: { lr: 1, [LONG]: 'v'.repeat(9_000) }, metrics: { ok: { value: 1 } } }]);
});

it.each([
  ["run.logParam('text', 'x'.repeat(6_001))", `param 'text' has 6001 characters, 6000 are the most`],
  ["run.logMetric('k'.repeat(251), 1)", 'the name of a metric has 251 characters, 250 are the most'],
  ["run.setTag('note', 'x'.repeat(8_001))", `tag 'note' has 8001 characters, 8000 are the most`],
])('a stage that logs what no run can take fails and is told: %s', async (call, message) => {
  const there = await createScriptProject({
    'pipeline.yaml': 'stages:\n  train:\n    run: train.mjs\n',
    'train.mjs': `import { defineStage } from 'mlo-cli';\nexport default defineStage(({ run }) => { ${call}; });`,
  });
  const { code, stderr } = await there.mlo(['repro']);
  expect([code, stderr]).toEqual([1, expect.stringContaining(`failed at train.mjs:2:47: TypeError: ${message}`)]);
});
