import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createNativeProject, NETWORK, stage } from './native-project.ts';

const TRAIN = stage(`${NETWORK}
  const { history } = await model.fit(xs, ys, { epochs: 4, batchSize: 16 });
  log(tf.getBackend(), history.loss.at(-1) < history.loss[0]);
  await model.save('file://' + outs.model);`);

function pipeline(stages: { readonly [name: string]: string }): string {
  const lines = Object.entries(stages).map(
    ([name, keys]) => `  ${name}: {run: stages/train.ts, seed: 5, outs: {model: models/${name}}, ${keys}}\n`,
  );
  return `stages:\n${lines.join('')}`;
}

interface RunDetail {
  readonly tags: { readonly [key: string]: string };
}

describe('training on native TensorFlow', () => {
  it('gives the same bytes in a thread, in a process and in a second command, side by side too', async () => {
    const project = await createNativeProject({
      'stages/train.ts': TRAIN,
      'pipeline.yaml': pipeline({
        thread: 'isolate: worker',
        process: 'isolate: process',
        auto: '',
        pinned: 'backend: native',
        threads: 'resources: {cpus: 2}',
      }),
    });
    const weights = async (): Promise<Record<string, string>> => {
      const names = ['thread', 'process', 'auto', 'pinned', 'threads'];
      return Object.fromEntries(
        await Promise.all(
          names.map(async (name) => [name, (await readFile(project.path(`models/${name}/weights.bin`))).toString('hex')] as const),
        ),
      );
    };
    const first = await project.mlo(['repro']);
    expect({ code: first.code, stdout: first.stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('5 stages: 5 ran') });
    expect(first.stderr).toContain('thread | tensorflow true');
    expect(first.stderr).toMatch(/pinned ran in .* on native/);
    const one = await weights();
    expect(new Set([one['thread'], one['process'], one['auto'], one['pinned']]).size).toBe(1);

    const second = await project.mlo(['repro', '--force', '-j', '3', '--no-run-cache']);
    expect(second.code).toBe(0);
    expect(await weights()).toEqual(one);
  });

  it('tells in the run which backend, versions and threads computed', async () => {
    const project = await createNativeProject({
      'stages/train.ts': TRAIN,
      'pipeline.yaml': pipeline({ a: 'resources: {cpus: 2}', b: 'backend: cpu' }),
    });
    const result = await project.mlo(['repro', '--json']);
    const { stages } = result.json().data as { stages: { runId: string; backend: object }[] };
    expect(stages.map(({ backend }) => backend)).toEqual([
      { name: 'native', version: '4.22.0', tensorflow: '2.21.0', intraOpThreads: 2 },
      { name: 'cpu', version: '4.22.0' },
    ]);
    const { tags } = (await project.mlo(['runs', 'show', stages[0]?.runId ?? '', '--json'])).json().data as RunDetail;
    expect(tags).toMatchObject({
      'mlo.backend': 'native',
      'mlo.tensorflow': '4.22.0',
      'mlo.tensorflow_native': '2.21.0',
      'mlo.intra_op_threads': '2',
    });
  });

  it('is what a stage that imports @tensorflow/tfjs-node gets, without a copy of its own', async () => {
    const project = await createNativeProject({
      'stages/train.ts': stage(
        `const pixels = tfn.node.decodeImage(await readFile('dot.png'));
         writeFileSync(outs.model, [tf.getBackend(), tfn.scalar(1) instanceof tf.Tensor, pixels.shape.join('x')].join(' '));`,
        `import * as tfn from '@tensorflow/tfjs-node';\nimport { readFile } from 'node:fs/promises';`,
      ),
      'dot.png': Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==', 'base64'),
      'pipeline.yaml': 'stages:\n  train: {run: stages/train.ts, deps: [dot.png], outs: {model: said.txt}}\n',
    });
    expect(await project.mlo(['repro'])).toMatchObject({ code: 0 });
    expect(await project.read('said.txt')).toBe('tensorflow true 1x1x1');
  });

  it('counts tensors that a stage forgets, warns of many, and frees their memory with the stage', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const project = await createNativeProject({
      // 120 MB in each stage that nobody disposes, all in one process.
      'stages/leak.ts': stage(
        `const kept = []; for (let i = 0; i < 30; i += 1) kept.push(tf.fill([1024, 1024], i));
         writeFileSync(outs.rss, String(process.memoryUsage.rss()));`,
      ),
      'pipeline.yaml': `stages:\n${names.map((name) => `  ${name}: {run: stages/leak.ts, isolate: worker, outs: {rss: ${name}.txt}}\n`).join('')}`,
    });
    const result = await project.mlo(['repro', '--json']);
    const { warnings, data } = result.json() as { warnings: { message: string }[]; data: { stages: { runId: string }[] } };
    expect(warnings.map(({ message }) => message)).toEqual(
      names.map((name) => `Stage '${name}' has not disposed 30 tensors (125.83 MB); mlo freed them at its end`),
    );
    const { tags } = (await project.mlo(['runs', 'show', data.stages[0]?.runId ?? '', '--json'])).json().data as RunDetail;
    expect(tags).toMatchObject({ 'mlo.leaked_tensors': '30' });
    const rss = await Promise.all(names.map(async (name) => Number(await project.read(`${name}.txt`))));
    expect((rss.at(-1) as number) - (rss[1] as number)).toBeLessThan(200e6);
  });
});
