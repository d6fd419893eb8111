import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { expect, test } from 'vitest';
import { createProject } from '../../helpers/index.ts';

/** It holds the FIFO itself and by a child, and never yields. */
const STAGE = `import { defineStage } from 'mlo-cli';
import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
export default defineStage(() => {
  const alive = openSync('alive', 'w');
  spawn('sleep', ['60'], { stdio: ['ignore', alive, 'ignore'] });
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
});
`;

test('when mlo is killed, the process of a stage that never yields is killed with its children', async () => {
  const project = await createProject({
    'pipeline.yaml': 'stages:\n  s: {run: s.ts, isolate: process, outs: [out.txt]}\n',
    's.ts': STAGE,
  });
  execFileSync('mkfifo', [project.path('alive')]);
  const mlo = project.start(['repro']);
  const alive = createReadStream(project.path('alive'));
  alive.resume();
  await once(alive, 'open');
  mlo.child.kill('SIGKILL');
  await once(alive, 'end');
  expect((await mlo.ended).signal).toBe('SIGKILL');
});
