import { describe, expect, it } from 'vitest';
import { createProjectHere, type TestProject } from '../../helpers/index.ts';

interface Verified {
  readonly ok: boolean;
  readonly stages: readonly {
    readonly name: string;
    readonly verdict: string;
    readonly why?: string;
    readonly outs?: readonly { path: string; found?: string; files?: readonly string[] }[];
  }[];
}

const PIPELINE = `stages:
  same:
    cmd: mkdir -p out && cat in.txt > out/a && echo b > out/b
    deps: [in.txt]
    outs: [out]
  clock:
    cmd: mkdir -p late/sub && date +%N > late/sub/now && cp out/a late/a
    deps: [out]
    outs: [late]
  counts:
    cmd: wc -c < out/a > size.json
    deps: [out]
    metrics: [{size.json: {cache: false}}]
`;

async function reproduced(pipeline: string, files = {}): Promise<TestProject> {
  const project = await createProjectHere({ '.mlo/config.yaml': '', 'in.txt': 'one\n', 'pipeline.yaml': pipeline, ...files });
  expect(await project.mlo(['repro'])).toMatchObject({ code: 0 });
  return project;
}

/** All that must not change: every file with its bytes, and the lock. */
async function picture(project: TestProject): Promise<string> {
  const { stdout } = await project.run('sh', [
    '-c',
    'find . -path ./.mlo -prune -o -type f -print | sort | xargs b2sum; find . -path ./.mlo -prune -o -type d -print | sort',
  ]);
  return stdout;
}

describe('mlo repro --verify', () => {
  it('says of each stage whether it writes the same again, names what differs, and leaves everything as it was', async () => {
    const project = await reproduced(PIPELINE);
    const before = await picture(project);
    const result = await project.mlo(['repro', '--verify', '--json']);
    expect(result.code).toBe(1);
    const { data, error } = result.json<{ data: Verified; error: { code: string; message: string; hint: string } }>();
    expect(data.ok).toBe(false);
    expect(data.stages.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['same', 'same'],
      ['clock', 'differs'],
      ['counts', 'same'],
    ]);
    expect(data.stages[1]?.outs).toMatchObject([{ path: 'late', files: ['sub/now'] }]);
    expect(error).toMatchObject({
      code: 'MLO_NOT_REPRODUCED',
      message: "Stage 'clock' wrote other bytes than the lock says, from the same inputs: 'late' (sub/now)",
    });
    expect(await picture(project)).toBe(before);
    expect(project.exists('.mlo/verify')).toBe(false);
    // Nothing was recorded as having changed either.
    expect((await project.mlo(['status', '--check'])).code).toBe(0);
    // What it wrote can be looked at.
    expect(await project.mlo(['checkout', '--digest', data.stages[1]?.outs?.[0]?.found as string, '--to', 'again'])).toMatchObject({
      code: 0,
    });
    expect(await project.read('again/a')).toBe('one\n');
  });

  it('takes targets, and exits with 0 where all is the same', async () => {
    const project = await reproduced(PIPELINE);
    const { code, stdout, stderr } = await project.mlo(['repro', '--verify', 'counts']);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toMatch(/same +✓ same/);
    expect(stdout).toMatch(/counts +✓ same/);
    expect(stdout).toContain('2 stages verified: 2 same in ');
    expect(stdout).not.toContain('clock');
  });

  it('records what it did as runs of their own', async () => {
    const project = await reproduced(PIPELINE);
    await project.mlo(['repro', '--verify', 'same']);
    const { data } = (await project.mlo(['runs', 'list', '--all', '--json'])).json<{
      data: { runs: { name: string; status: string }[] };
    }>();
    expect(
      data.runs
        .filter(({ name }) => name === 'repro --verify' || name === 'same')
        .map(({ name, status }) => [name, status])
        .toSorted(),
    ).toEqual([
      ['repro --verify', 'FINISHED'],
      ['same', 'FINISHED'],
      ['same', 'FINISHED'],
    ]);
  });

  it('puts the outs back where a stage fails, writes too little, or changes a dep', async () => {
    const project = await reproduced(`stages:
  fails: {cmd: 'test ! -e broken && echo 1 > a', outs: [a], always_changed: false}
  forgets: {cmd: 'test -e broken || echo 1 > b', outs: [b]}
`);
    await project.write({ broken: '' });
    const before = await picture(project);
    const result = await project.mlo(['repro', '--verify', '--json']);
    expect(result.code).toBe(1);
    expect(result.json<{ data: Verified }>().data.stages.map(({ verdict }) => verdict)).toEqual(['failed', 'differs']);
    expect(await picture(project)).toBe(before);
  });

  it('stops at Ctrl-C with the outs in their places', async () => {
    const project = await reproduced(`stages:
  waits: {cmd: 'if [ -e wait ]; then echo at work; sleep 1000; fi; echo 1 > a', outs: [a]}
  after: {cmd: cp a b, deps: [a], outs: [b]}
`);
    await project.write({ wait: '' });
    const before = await picture(project);
    const running = project.start(['repro', '--verify', '--json']);
    await running.waitFor('at work');
    expect(project.exists('a')).toBe(false);
    running.signalGroup('SIGINT');
    const ended = await running.ended;
    expect(ended.code).toBe(130);
    expect(ended.json<{ data: Verified }>().data.stages.map(({ verdict }) => verdict)).toEqual(['cancelled', 'cancelled']);
    expect(await picture(project)).toBe(before);
    expect((await project.mlo(['status', '--check'])).code).toBe(0);
  });

  it('skips stages whose outs say nothing, and tells why', async () => {
    const project = await reproduced(
      `stages:
  frozen: {cmd: echo 1 > a, outs: [a], frozen: true}
  adds: {cmd: echo 1 >> log, outs: [{log: {persist: true}}]}
  always: {cmd: echo 1 > c, outs: [c], always_changed: true}
  silent: {cmd: 'true', deps: [in.txt]}
`,
      { a: '1\n' },
    );
    const result = await project.mlo(['repro', '--verify', '--json']);
    expect(result.code).toBe(0);
    expect(result.json<{ data: Verified }>().data.stages.map(({ name, verdict, why }) => [name, verdict, why])).toEqual([
      ['frozen', 'skipped', 'it is frozen'],
      ['adds', 'skipped', 'it adds to an out that persists'],
      ['always', 'skipped', 'it always changes'],
      ['silent', 'skipped', 'it has no outs'],
    ]);
    expect(await project.read('log')).toBe('1\n');
  });

  it('refuses stages that are out of date, and options that would change something', async () => {
    const project = await reproduced(PIPELINE);
    await project.write({ 'in.txt': 'two\n' });
    const { code, stderr } = await project.mlo(['repro', '--verify']);
    expect(code).toBe(2);
    expect(stderr).toContain("Only stages that are up to date can be verified, and these are not: 'same', 'clock', 'counts'");
    expect(await project.mlo(['repro', '--verify', '--dry'])).toMatchObject({ code: 2 });
    expect(await project.mlo(['repro', '--verify', '-S', 'a=1'])).toMatchObject({ code: 2 });
  });

  it('ends a stage at --timeout where the stage itself allows more', async () => {
    const project = await reproduced('stages:\n  a: {cmd: "test ! -p gate || cat gate; echo > o", outs: [o], timeout: 5s}\n');
    await project.run('mkfifo', ['gate']);
    const { stages } = (await project.mlo(['repro', '--verify', '--timeout', '100ms', '--json'])).json<{ data: Verified }>().data;
    expect(stages).toMatchObject([{ verdict: 'failed', error: { code: 'MLO_STAGE_TIMEOUT', message: expect.stringContaining('0.1 s') } }]);
  });

  it('finds a training in TensorFlow.js the same in another process, and a module that draws from the clock not', async () => {
    const project = await reproduced(
      'stages:\n  train:\n    run: train.ts\n    backend: wasm\n    outs: {model: model}\n  stamp:\n    run: stamp.ts\n    outs: {file: stamp.txt}\n',
      {
        'train.ts': `import { defineStage } from 'mlo-cli';
          import { modelCheckpoint } from 'mlo-cli/train';
          export default defineStage(async ({ tf, autolog, outs }) => {
            const model = tf.sequential({ layers: [tf.layers.dense({ units: 8, inputShape: [3], activation: 'relu' }), tf.layers.dropout({ rate: 0.3 }), tf.layers.dense({ units: 1 })] });
            model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
            autolog(model);
            const xs = tf.randomNormal([64, 3]);
            await model.fit(xs, xs.sum(1), { epochs: 3, callbacks: [modelCheckpoint(outs.model, { monitor: 'loss', saveBestOnly: true })] });
          });`,
        'stamp.ts': `import { writeFileSync } from 'node:fs';
          import { defineStage } from 'mlo-cli';
          export default defineStage(({ outs, rng }) => writeFileSync(outs.file, rng() + ' ' + Date.now()));`,
      },
    );
    const result = await project.mlo(['repro', '--verify', '--json']);
    expect(result.json<{ data: Verified }>().data.stages.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['train', 'same'],
      ['stamp', 'differs'],
    ]);
    expect(result.code).toBe(1);
  });
});
