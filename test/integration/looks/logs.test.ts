import { writeFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { followLog, logs } from '../../../src/app/logs.ts';
import { appContext, createProject } from '../../helpers/index.ts';

test('a log that was followed to the end of its run is that of a finished one', async () => {
  const project = await createProject({
    'pipeline.yaml': 'stages:\n  wait: {cmd: "echo begun; until [ -e go ]; do sleep 0.02; done; echo over"}\n',
  });
  const repro = project.start(['repro']);
  await repro.waitFor('begun');
  const context = appContext(project.root);
  // The record of a run follows its start by a moment.
  const log = await vi.waitFor(() => logs(context, { stage: 'wait' }), { timeout: 30_000 });
  expect(log.running).toBe(true);
  let text = '';
  const onText = (more: string): void => {
    text += more;
    if (text.includes('begun')) writeFileSync(project.path('go'), '');
  };
  expect(await followLog(context, log, { follow: true, signal: new AbortController().signal, onText })).toBe(false);
  expect(text).toBe('begun\nover\n');
  expect((await repro.ended).code).toBe(0);
});
