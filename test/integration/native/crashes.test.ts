import { describe, expect, it } from 'vitest';
import { requirePeer } from '../../helpers/index.ts';
import { createNativeProject, NETWORK, stage } from './native-project.ts';

const CRASH = stage(`tf.ones([8, 8]).matMul(tf.ones([8, 8])).dataSync(); log('about to crash', tf.getBackend());
  await new Promise((resolve) => setImmediate(resolve));
  process.kill(process.pid, 'SIGSEGV');
  await new Promise((resolve) => setTimeout(resolve, 20_000));`);
const FINISHED = stage(`${NETWORK}\nawait model.fit(xs, ys, { epochs: 1 }); writeFileSync(outs.out, tf.getBackend());`);

function pipeline(isolate: string): string {
  return `stages:
  first: {run: stages/finished.ts, isolate: ${isolate}, outs: {out: first.txt}}
  crash: {run: stages/crash.ts, isolate: ${isolate}, deps: [first.txt], outs: {out: crash.txt}}
  other: {run: stages/finished.ts, isolate: ${isolate}, outs: {out: other.txt}}
`;
}

interface StageLine {
  readonly name: string;
  readonly outcome: string;
}

describe('a crash of native code', () => {
  it('ends mlo where the stage is a thread of it; the next command closes the run, names the stage and keeps what was finished', async () => {
    const project = await createNativeProject({
      'stages/crash.ts': CRASH,
      'stages/finished.ts': FINISHED,
      'pipeline.yaml': pipeline('worker'),
    });
    const crashed = await project.mlo(['repro', 'crash']);
    expect(crashed.code).toBe(139);

    const { stdout } = await project.mlo(['status']);
    expect(stdout).toMatch(/first +. unchanged/);
    expect(stdout).toMatch(/crash +. run +mlo ended while it ran \(mlo logs crash\)/);
    await project.write({ 'stages/crash.ts': FINISHED });
    const next = await project.mlo(['repro', '--json']);
    expect(next.code).toBe(0);
    const { stages } = next.json().data as { stages: StageLine[] };
    expect(stages.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual(['first unchanged', 'crash ran', 'other ran']);
    const { runs } = (await project.mlo(['runs', 'list', '--json'])).json().data as { runs: { status: string; reason?: string }[] };
    expect(runs.map(({ status }) => status)).toEqual(['FINISHED', 'FAILED']);
    expect(runs[1]?.reason).toMatch(/process \d+ is gone without ending the run/);
  });

  it('is said by the next repro, with the way out', async () => {
    const project = await createNativeProject({
      'stages/crash.ts': CRASH,
      'stages/finished.ts': FINISHED,
      'pipeline.yaml': pipeline('worker'),
    });
    expect((await project.mlo(['repro', 'crash'])).code).toBe(139);
    await project.write({ 'pipeline.yaml': pipeline('process') });
    const { code, stderr } = await project.mlo(['repro', 'crash']);
    expect(code).toBe(1);
    expect(stderr).toContain(
      "Stage 'crash' was at work when the last mlo ended without a word; should it crash again, isolate: process makes that a failure of this stage alone",
    );
  });

  it('is a failure of that stage alone where it has a process of its own', async () => {
    const project = await createNativeProject({
      'stages/crash.ts': CRASH,
      'stages/finished.ts': FINISHED,
      'pipeline.yaml': pipeline('process'),
    });
    const { code, stdout } = await project.mlo(['repro', '--keep-going', '--json']);
    expect(code).toBe(1);
    const { stages } = JSON.parse(stdout).data as { stages: (StageLine & { error?: { code: string; message: string } })[] };
    expect(stages.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual(['first ran', 'crash failed', 'other ran']);
    expect(stages[1]?.error).toMatchObject({
      code: 'MLO_STAGE_FAILED',
      message: "Stage 'crash' failed: its process was ended by SIGSEGV, a crash of native code (stages/crash.ts)",
    });
  });

  it('stands alone too with the isolation that mlo chooses, where native stages may run side by side', async () => {
    const project = await createNativeProject({
      'stages/crash.ts': CRASH,
      'stages/finished.ts': FINISHED,
      'pipeline.yaml': pipeline('auto'),
    });
    const { code, stdout } = await project.mlo(['repro', '-j', '2', '--keep-going', '--json']);
    const { stages } = JSON.parse(stdout).data as { stages: StageLine[] };
    expect({ code, stages: stages.map(({ outcome }) => outcome) }).toEqual({ code: 1, stages: ['ran', 'failed', 'ran'] });
  });
});

const HEAP = 'the JavaScript heap reached its limit';
const SYSTEM = 'the system had no more for it';

describe('a native stage that runs out of memory in a process of its own', () => {
  it.each([
    // Little by little, until V8 aborts.
    ['of the JavaScript heap', `for (let all = null; ; ) all = { all, xs };`, '--max-old-space-size=48', HEAP],
    // From here on the system refuses every byte, in the middle of an op.
    [
      'of the system',
      `execFileSync('prlimit', ['--pid', String(process.pid), '--as=1']);
       for (let step = 0; step < 100_000; step += 1) xs.matMul(xs);`,
      '',
      SYSTEM,
    ],
  ])('%s is named, and the stages that do not depend on it run', async (_, body, options, why) => {
    if (why === SYSTEM) requirePeer('prlimit');
    const project = await createNativeProject({
      'stages/full.ts': stage(
        `const xs = tf.ones([64, 64]); log(tf.getBackend(), xs.matMul(xs).dataSync()[0]);\n${body}\nwriteFileSync(outs.out, '');`,
        `import { execFileSync } from 'node:child_process';`,
      ),
      'stages/finished.ts': FINISHED,
      'pipeline.yaml': `stages:
  first: {run: stages/finished.ts, isolate: process, outs: {out: first.txt}}
  full: {run: stages/full.ts, isolate: process, deps: [first.txt], outs: {out: full.txt}}
  after: {run: stages/finished.ts, isolate: process, deps: [full.txt], outs: {out: after.txt}}
  other: {run: stages/finished.ts, isolate: process, outs: {out: other.txt}}
`,
    });
    const { code, stdout, stderr } = await project.mlo(['repro', '--keep-going', '--json'], { env: { NODE_OPTIONS: options } });
    const { stages } = JSON.parse(stdout).data as { stages: (StageLine & { error?: { code: string; message: string } })[] };
    expect(stderr).toContain('full | tensorflow 64');
    expect({ code, outcomes: stages.map(({ name, outcome }) => `${name} ${outcome}`) }).toEqual({
      code: 1,
      outcomes: ['first ran', 'full failed', 'after blocked', 'other ran'],
    });
    expect(stages[1]?.error).toMatchObject({
      code: 'MLO_STAGE_FAILED',
      message: `Stage 'full' failed: its process ran out of memory: ${why} (stages/full.ts)`,
    });
    const { runs } = (await project.mlo(['runs', 'list', '--json'])).json().data as { runs: { status: string }[] };
    expect(runs.map(({ status }) => status)).toEqual(['FAILED']);
  });
});

describe('a stage that asks for more memory than there is', () => {
  it.each(['worker', 'process'])('fails with the size that could not be had, and nothing else does (%s)', async (isolate) => {
    const project = await createNativeProject({
      // 4 TB.
      'stages/huge.ts': stage(`log(tf.getBackend()); tf.fill([1 << 20, 1 << 20], 1).dataSync(); writeFileSync(outs.out, '');`),
      'stages/finished.ts': FINISHED,
      'pipeline.yaml': `stages:
  huge: {run: stages/huge.ts, isolate: ${isolate}, outs: {out: huge.txt}}
  other: {run: stages/finished.ts, isolate: ${isolate}, outs: {out: other.txt}}
`,
    });
    const { code, stdout } = await project.mlo(['repro', '--keep-going', '--json']);
    const { stages } = JSON.parse(stdout).data as { stages: (StageLine & { error?: { message: string } })[] };
    expect({ code, stages: stages.map(({ outcome }) => outcome) }).toEqual({ code: 1, stages: ['failed', 'ran'] });
    expect(stages[0]?.error?.message).toMatch(
      /^Stage 'huge' failed at stages\/huge\.ts:\d+:\d+: TensorFlow ran out of memory: OOM when allocating tensor with shape\[1048576,1048576\]/,
    );
  });
});
