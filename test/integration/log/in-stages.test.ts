import { describe, expect, it } from 'vitest';
import { LAUNCHER } from '../../helpers/index.ts';
import { createScriptProject, script } from './script-project.ts';

const WAIT = `await new Promise((resolve) => { const timer = setInterval(() => { if (existsSync('go')) { clearInterval(timer); resolve(); } }, 10); });`;

describe('a script that a stage starts', () => {
  it('goes on with the run of the stage, and starts runs below it', async () => {
    const there = await createScriptProject({
      'pipeline.yaml': `stages:\n  train:\n    cmd: node ${LAUNCHER} log metric epochs 3 && node train.mjs && node train.mjs again && cd sub && node ../train.mjs third\n`,
      'sub/x': '',
      'train.mjs': script(`
        const run = await startRun({ tags: { seen: 'yes' } });
        run.logMetric('loss', 1); run.logMetric('loss', 2);
        if (process.argv[2] !== undefined) { await run.end('FAILED', 'not the end of the stage'); process.exit(); }
        run.logParam('from', 'script');
        await withRun({ name: 'fold 1', params: { fold: 1 } }, (fold) => fold.logMetric('acc', 0.5));
        await withRun({ nested: true }, async (fold) => { await withRun({ nested: true, name: 'deeper' }, () => {}); });
      `),
    });
    const { code, stderr } = await there.mlo(['repro']);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    expect(there.runs()).toMatchObject([
      {
        name: 'repro',
        children: [
          {
            name: 'train',
            status: 'FINISHED',
            params: { from: 'script' },
            tags: { seen: 'yes' },
            metrics: { epochs: { value: 3 }, loss: { value: 2, step: 5, points: 6 } },
            children: [
              { name: 'fold 1', status: 'FINISHED', params: { fold: 1 }, metrics: { acc: { value: 0.5 } } },
              { name: 'train.mjs', status: 'FINISHED', children: [{ name: 'deeper', status: 'FINISHED' }] },
            ],
          },
        ],
      },
    ]);
  });
});

describe('a stage module', () => {
  it('gets its own run from startRun, and runs below it by name', async () => {
    const there = await createScriptProject({
      'pipeline.yaml': `stages:\n  train:\n    run: train.ts\n`,
      'train.ts': `import { defineStage, startRun, withRun } from 'mlo-cli';
        export default defineStage(async ({ run }) => {
          const same = await startRun({ params: { a: 1 } });
          if (same !== run) throw new Error('another run');
          await withRun({ name: 'fold', params: { fold: 1 } }, (fold) => { fold.logMetric('acc', 1); fold.logText('x', 'x.txt'); fold.logInput('train.ts'); });
          const left = run.child('left open'); left.logMetric('m', 1);
          await run.end('FAILED');
          run.logMetric('loss', 1);
        });`,
    });
    const { code, stderr } = await there.mlo(['repro']);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    expect(there.runs()[0]?.children).toMatchObject([
      {
        status: 'FINISHED',
        params: { a: 1 },
        metrics: { loss: { value: 1 } },
        children: [
          {
            name: 'fold',
            status: 'FINISHED',
            params: { fold: 1 },
            metrics: { acc: { value: 1 } },
            artifacts: [{ path: 'x.txt' }],
            inputs: [{ name: 'train.ts' }],
          },
          { name: 'left open', status: 'FINISHED', metrics: { m: { value: 1 } } },
        ],
      },
    ]);
  });
});

describe('a stage that is at work', () => {
  it('is seen by others with its metrics and its output before it ends', async () => {
    const there = await createScriptProject({
      'pipeline.yaml': `stages:\n  shell:\n    cmd: echo from the shell; node train.mjs\n  module:\n    run: train.ts\n`,
      'train.mjs': script(`const run = await startRun(); run.logMetric('loss', 0.5); ${WAIT}`),
      'train.ts': `import { defineStage } from 'mlo-cli'; import { existsSync } from 'node:fs';
        export default defineStage(async ({ run, log }) => { log('from the module'); run.logMetric('loss', 0.25); ${WAIT} });`,
    });
    const repro = there.start(['repro', '-j', '2']);
    const stages = await there.soon(() => {
      const children = there.exists('.mlo/tracking.db') ? (there.runs()[0]?.children ?? []) : [];
      return children.length === 2 && children.every((run) => run.metrics['loss'] !== undefined) ? children : undefined;
    });
    expect(stages.map(({ status }) => status)).toEqual(['RUNNING', 'RUNNING']);
    for (const [stage, text] of [
      ['shell', 'from the shell'],
      ['module', 'from the module'],
    ] as const) {
      const logs = there.start(['logs', '-f', stage]);
      await logs.waitFor(text);
      logs.child.kill('SIGINT');
      await logs.ended;
    }
    await there.write({ go: '' });
    expect((await repro.ended).code).toBe(0);
  });
});

describe('what repro records of a stage without a call', () => {
  it('is its data by digest, the code with what was not committed, and what it took', async () => {
    const there = await createScriptProject(
      {
        'pipeline.yaml': `stages:
  train:
    cmd: cat data/train.csv data/all/* > model.txt
    deps: {train: data/train.csv, rest: data/all}
    outs: [model.txt]
  module: {run: stage.ts, deps: [model.txt]}\n`,
        'stage.ts': `import { defineStage } from 'mlo-cli'; export default defineStage(() => { let x = 0; for (let i = 0; i < 5e7; i++) x += i; return x; });`,
        'data/train.csv': 'a\n',
        'data/all/1.csv': 'b\n',
        'data/all/2.csv': 'cc\n',
        'notes.txt': 'before\n',
      },
      { git: true },
    );
    await there.write({ 'notes.txt': 'after\n' });
    const { code, stderr } = await there.mlo(['repro']);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    const [run] = there.runs();
    const diff = run?.artifacts.find(({ path }) => path === 'git.diff');
    expect(run?.git).toMatchObject({ branch: 'main', dirty: true, diff: diff?.content.digest });
    const [train, module] = run?.children ?? [];
    expect(train?.inputs).toMatchObject([
      { name: 'data/all', context: 'rest', kind: 'tree', files: 2, size: 5, sourceType: 'mlo', source: 'data/all' },
      { name: 'data/train.csv', context: 'train', kind: 'file', size: 2 },
    ]);
    expect(module?.inputs).toMatchObject([{ name: 'model.txt', digest: train?.artifacts[0]?.content.digest, context: '' }]);
    expect(Number(module?.tags['mlo.cpu_seconds'])).toBeGreaterThan(0);
    expect(Number(train?.tags['mlo.cpu_seconds'])).toBeGreaterThanOrEqual(0);
    expect((await there.mlo(['gc', '--force'])).code).toBe(0);
    expect((await there.mlo(['verify'])).code).toBe(0);
  });

  it('counts what it is made of and Git does not have as uncommitted, and nothing else', async () => {
    const there = await createScriptProject(
      { 'pipeline.yaml': 'stages: {a: {cmd: cat code.sh, deps: [code.sh]}}\n', 'code.sh': 'x\n' },
      { git: true },
    );
    await there.write({ 'notes.txt': 'mine\n' });
    expect((await there.mlo(['repro'])).code).toBe(0);
    await there.git('rm', '--quiet', '--cached', 'code.sh');
    await there.git('commit', '--quiet', '--message=without');
    await there.write({ 'code.sh': 'y\n' });
    expect((await there.mlo(['repro'])).code).toBe(0);
    const [second, first] = there.runs();
    expect(first?.git?.dirty).toBe(false);
    expect(second).toMatchObject({ git: { dirty: true }, tags: { 'mlo.git.untracked': 'code.sh' } });
  });

  it('leaves out a diff above 10 MiB, and says so', async () => {
    const there = await createScriptProject({ 'pipeline.yaml': 'stages: {a: {cmd: echo hi}}\n', 'large.txt': 'x\n' }, { git: true });
    await there.write({ 'large.txt': `${'0123456789abcdef'.repeat(16)}\n`.repeat(45_000) });
    expect((await there.mlo(['repro'])).code).toBe(0);
    const [run] = there.runs();
    expect(run).toMatchObject({ git: { dirty: true }, tags: { 'mlo.git.diff': expect.stringContaining('10 MiB') } });
    expect(run?.git?.diff).toBeUndefined();
  });
});
