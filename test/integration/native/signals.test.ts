import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createNativeProject, stage } from './native-project.ts';

// The gradient of a filter over 25,088 places: a matrix product whose kernel in TensorFlow 2.21 moves the stack pointer into the heap.
const CONVOLUTIONS = `
  const xs = tf.randomNormal([32, 28, 28, 1]);
  const filter = tf.randomNormal([5, 5, 1, 6]);
  const gradient = tf.grad((each) => xs.conv2d(each, 1, 'same').sum());
  for (let step = 0; step < 60; step += 1) tf.dispose(gradient(filter));`;

describe('signals that arrive while native TensorFlow computes', () => {
  it.each(['worker', 'process'])(
    "do not damage memory: training under V8's CPU profiler ends well and is profiled (%s)",
    async (isolate) => {
      const project = await createNativeProject({
        'stages/train.ts': stage(`${CONVOLUTIONS}\nwriteFileSync(outs.out, tf.getBackend());`),
        'pipeline.yaml': `stages:\n  train: {run: stages/train.ts, isolate: ${isolate}, outs: {out: out.txt}}\n`,
      });
      const profiler = ['--cpu-prof', '--cpu-prof-interval=200', `--cpu-prof-dir=${project.path('profiles')}`];
      const { code, stderr } = await project.mlo(['repro'], { env: { NODE_OPTIONS: profiler.join(' ') } });
      expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
      expect(await project.read('out.txt')).toBe('tensorflow');
      const profiles = readdirSync(project.path('profiles')).map((name) => `profiles/${name}`);
      const texts = await Promise.all(profiles.map((path) => project.read(path)));
      expect(texts.some((text) => text.includes('executeSingleOutput'))).toBe(true);
    },
  );

  it('reach the handlers of a stage that has a process of its own between two ops', async () => {
    const project = await createNativeProject({
      'stages/train.ts': stage(
        `let count = 0;
        process.on('SIGUSR2', () => (count += 1));
        const sender = spawn('sh', ['-c', 'while kill -USR2 ' + process.pid + '; do :; done'], { stdio: 'ignore' });
        ${CONVOLUTIONS}
        while (count === 0) await new Promise((resolve) => setImmediate(resolve));
        sender.kill();
        writeFileSync(outs.out, tf.getBackend());`,
        `import { spawn } from 'node:child_process';`,
      ),
      'pipeline.yaml': 'stages:\n  train: {run: stages/train.ts, isolate: process, outs: {out: out.txt}}\n',
    });
    const { code, stderr } = await project.mlo(['repro']);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    expect(await project.read('out.txt')).toBe('tensorflow');
  });
});
