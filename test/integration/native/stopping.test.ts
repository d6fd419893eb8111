import { describe, expect, it } from 'vitest';
import { createStageProject, stage as moduleStage } from '../module/stage-project.ts';
import { requireNative } from '../../helpers/index.ts';
import { createNativeProject, NETWORK, stage } from './native-project.ts';

/** Trains until it is stopped, and says when it has begun. */
const FOR_EVER = stage(`${NETWORK}
  let said = false;
  await model.fit(xs, ys, { epochs: 1e6, batchSize: 16, callbacks: { onBatchEnd: () => { if (!said) log('training', tf.getBackend()); said = true; } } });
  writeFileSync(outs.out, 'never');`);
const A_FEW_EPOCHS = stage(`${NETWORK}
  const { history } = await model.fit(xs, ys, { epochs: 30, batchSize: 16 });
  writeFileSync(outs.out, String(history.loss.length));`);

describe('stopping a stage that trains on native TensorFlow', () => {
  it.each(['worker', 'process'])('Ctrl-C in mid-epoch ends it at its next batch, and the run is marked (%s)', async (isolate) => {
    const project = await createNativeProject({
      'stages/train.ts': FOR_EVER,
      'pipeline.yaml': `stages:\n  train: {run: stages/train.ts, isolate: ${isolate}, outs: {out: out.txt}}\n`,
    });
    const command = project.start(['repro']);
    await command.waitFor('training tensorflow');
    command.signalGroup('SIGINT');
    const { code, stderr } = await command.ended;
    expect(code).toBe(130);
    expect(stderr).not.toMatch(/Segmentation|double free|INTERNAL/);
    const { runs } = (await project.mlo(['runs', 'list', '--json'])).json().data as { runs: { status: string; reason: string }[] };
    expect(runs).toEqual([expect.objectContaining({ status: 'KILLED', reason: 'interrupted' })]);
  });

  it.each(['worker', 'process'])(
    'one of two trainings reaches its timeout in mid-step, and the other goes on to its end (%s)',
    async (isolate) => {
      const project = await createNativeProject({
        'stages/for-ever.ts': FOR_EVER,
        'stages/train.ts': A_FEW_EPOCHS,
        'pipeline.yaml': `stages:
  stopped: {run: stages/for-ever.ts, isolate: ${isolate}, timeout: 3s, outs: {out: stopped.txt}}
  other: {run: stages/train.ts, isolate: ${isolate}, outs: {out: other.txt}}
  after: {run: stages/train.ts, isolate: ${isolate}, deps: [other.txt], outs: {out: after.txt}}
`,
      });
      const { code, stdout, stderr } = await project.mlo(['repro', '-j', '2', '--keep-going', '--json']);
      const { stages } = JSON.parse(stdout).data as { stages: { name: string; outcome: string; error?: { code: string } }[] };
      expect(stages.map(({ name, outcome, error }) => [name, outcome, error?.code])).toEqual([
        ['stopped', 'failed', 'MLO_STAGE_TIMEOUT'],
        ['other', 'ran', undefined],
        ['after', 'ran', undefined],
      ]);
      expect({ code, crash: /Segmentation|double free/.test(stderr) }).toEqual({ code: 1, crash: false });
      expect(await project.read('after.txt')).toBe('30');
    },
  );

  it('a thread that loads the library is not ended before it has: whenever the stop comes, mlo lives on', async () => {
    const native = requireNative();
    const project = await createStageProject({
      'stages/train.ts': moduleStage(
        `context.tf.ones([2]).sum().dataSync(); await new Promise(() => setInterval(() => {}, 1000));`,
        `console.log('about to load');`,
      ),
    });
    // From before the library is loaded until after: each stop finds the thread somewhere else. Without the gate 1 of 20 is a crash.
    for (let afterMs = 0; afterMs < 480; afterMs += 20) {
      const forced = new AbortController();
      const onOutput = (_stream: string, text: string): void => {
        if (text.includes('about to load')) setTimeout(() => forced.abort(), afterMs);
      };
      const { error } = await project.run({ native, backend: 'native', forced: forced.signal, onOutput });
      expect(error?.code).toBe('MLO_INTERRUPTED');
    }
  }, 300_000);

  it('a second Ctrl-C ends mlo at once, also while the library is being loaded, without a crash', async () => {
    const project = await createNativeProject({
      'stages/train.ts': stage(
        `log('up'); tf.ones([2]).sum().dataSync();\n${NETWORK}\nawait model.fit(xs, ys, { epochs: 1e6 });`,
        `console.log('loading');`,
      ),
      'pipeline.yaml': 'stages:\n  train: {run: stages/train.ts, isolate: worker}\n',
    });
    for (const text of ['loading', 'up', 'loading']) {
      const command = project.start(['repro']);
      await command.waitFor(text);
      command.signalGroup('SIGINT');
      command.signalGroup('SIGTERM');
      const { code, stderr } = await command.ended;
      expect({ code, crash: /Segmentation|double free|terminate called/.test(stderr) }).toEqual({ code: 130, crash: false });
    }
  });
});
