import { describe, expect, it } from 'vitest';
import { symlink } from 'node:fs/promises';
import type { RunRecord } from '../../../src/core/run.ts';
import { createStageProject, RUN_ID, stage } from './stage-project.ts';
import { REPOSITORY } from '../../helpers/index.ts';
import { join } from 'node:path';

const noop = `export const x = 1;`;

describe('params of a stage', () => {
  it('hold what is declared; another key is an error that shows the line to add and where it was read', async () => {
    const project = await createStageProject({ 'stages/train.ts': stage(`  log(params.train.epochs);\n  log(params.train.momentum);`) });
    const { error, stdout } = await project.run({
      params: { train: { epochs: 3 } },
      declaredParams: ['train.epochs'],
      address: 'sub/pipeline.yaml:train@a',
    });
    expect(stdout).toBe('3\n');
    expect(error).toMatchObject({
      code: 'MLO_PARAM_UNDECLARED',
      details: { key: 'train.momentum', frame: { file: 'stages/train.ts', line: 6 } },
    });
    expect(error?.message).toContain("reads the param 'train.momentum'");
    expect(error?.hint).toContain('sub/pipeline.yaml, under stages: train: params:\n      - train.momentum');
  });

  it('that are absent below a declared map are undefined; params are read-only and print as data', async () => {
    const project = await createStageProject({
      'stages/train.ts': stage(
        `log(params.train.nothing, JSON.stringify(params), 'other' in params); try { params.train.x = 1 } catch (error) { log(error.name) }`,
      ),
    });
    const { error, stdout } = await project.run({ params: { train: { x: 3 } }, declaredParams: ['train'] });
    expect(error).toBeUndefined();
    expect(stdout).toBe('undefined {"train":{"x":3}} false\nTypeError\n');
  });

  const withSchema = async (schema: string, body: string) => {
    const project = await createStageProject({
      'stages/train.ts': `import { defineStage } from 'mlo-cli';\nimport { z } from 'zod';\nexport default defineStage({ params: ${schema}, run: ({ params, log }) => { ${body} } });`,
    });
    await symlink(join(REPOSITORY, 'node_modules'), project.path('node_modules'));
    return project;
  };

  it('are what the schema makes of them, and a key that it knows may be absent', async () => {
    const project = await withSchema(
      `z.object({ lr: z.number(), epochs: z.number().default(5), note: z.string().optional() })`,
      `log(params.lr, params.epochs, params.note); params.other`,
    );
    const { error, stdout } = await project.run({ params: { lr: 0.5 }, declaredParams: ['lr'] });
    expect(stdout).toBe('0.5 5 undefined\n');
    expect(error).toMatchObject({ code: 'MLO_PARAM_UNDECLARED', details: { key: 'other' } });
  });

  it('that the schema refuses are listed all at once, with the lines to add for those not declared', async () => {
    const project = await withSchema(
      `z.object({ train: z.object({ lr: z.number(), epochs: z.number().int(), momentum: z.number() }) })`,
      '',
    );
    const { error } = await project.run({ params: { train: { lr: 'fast', epochs: 1.5 } }, declaredParams: ['train.lr', 'train.epochs'] });
    expect(error?.code).toBe('MLO_PARAM_UNDECLARED');
    expect(error?.problems).toHaveLength(3);
    expect(error?.message).toMatch(/train\.lr: .*\n.*train\.epochs: .*\n.*train\.momentum: .*does not declare it/);
    expect(error?.hint).toContain('- train.momentum');
  });
});

describe('deps and outs of a stage', () => {
  it('are absolute paths by name; an unknown name throws', async () => {
    const project = await createStageProject({ 'stages/train.ts': stage(`log(deps.table, outs['models/m.json']); outs.modl`) });
    const { error, stdout } = await project.run({
      deps: { table: '/p/table.csv' },
      outs: { 'models/m.json': '/p/models/m.json', model: '/p/model' },
    });
    expect(stdout).toBe('/p/table.csv /p/models/m.json\n');
    expect(error?.message).toContain("uses outs['modl'], which it does not declare");
    expect(error?.hint).toContain("outs['model']");
  });

  it('that defineStage names are checked before the stage runs', async () => {
    const project = await createStageProject({
      'stages/train.ts': `import { defineStage } from 'mlo-cli';\nexport default defineStage({ deps: ['table'], run: ({ log }) => log('ran') });`,
    });
    const { error, stdout } = await project.run();
    expect(error?.message).toContain("uses deps['table'], which it does not declare");
    expect(stdout).toBe('');
  });
});

describe('seeds', () => {
  const body = `log(Math.random(), rng(), rng.integer(10), rng.normal(), rng.shuffle([1, 2, 3, 4]).join(''));`;
  it('give the same numbers in every run, in a thread and in a process, whatever else was drawn while loading', async () => {
    const project = await createStageProject({ 'stages/train.ts': stage(body, noop) });
    const [thread, process] = [await project.run(), await project.run({ isolate: 'process' })];
    await project.write({ 'stages/train.ts': stage(body, `Math.random();`) });
    const again = await project.run();
    expect(thread.error ?? process.error ?? again.error).toBeUndefined();
    expect(process.stdout).toBe(thread.stdout);
    expect(again.stdout).toBe(thread.stdout);
    expect((await project.run({ seed: 8 })).stdout).not.toBe(thread.stdout);
  });

  it('are for the stage alone: files that mlo writes for it take no numbers of them', async () => {
    const project = await createStageProject({ 'stages/train.ts': stage(body, noop) });
    const without = await project.run();
    const [svg, npy] = ['a.svg', 'a.npy'].map((name) => JSON.stringify(project.path(name)));
    const writing = `writeSvg(${svg}, '<svg/>'); await writeNpy(${npy}, { data: Float32Array.of(1) });`;
    const imports = `import { writeSvg } from 'mlo-cli/train';\nimport { writeNpy } from 'mlo-cli/data';`;
    await project.write({ 'stages/train.ts': stage(`${writing}\n${body}`, imports) });
    for (const isolate of ['worker', 'process'] as const) {
      const { error, stdout } = await project.run({ isolate });
      expect(error).toBeUndefined();
      expect(stdout).toBe(without.stdout);
    }
  });
});

describe('what a stage records', () => {
  it('arrives in order and whole before the stage is over, in batches of at most 8,192 points', async () => {
    const project = await createStageProject({
      'stages/train.ts': stage(`for (let i = 0; i < 100_000; i++) run.logMetric('loss', i / 2, { step: i }); run.setTag('a', 'b');`),
    });
    for (const isolate of ['worker', 'process'] as const) {
      const { error, records } = await project.run({ isolate });
      expect(error).toBeUndefined();
      const batches = records.flatMap((record) => (record.type === 'metrics' ? record.batches : []));
      const steps = batches.flatMap((batch) => Array.from(batch.steps));
      const values = batches.flatMap((batch) => Array.from(batch.values));
      expect(steps).toEqual(Array.from({ length: 100_000 }, (_, step) => step));
      expect(values.every((value, index) => value === index / 2)).toBe(true);
      expect(batches.every((batch) => batch.steps.length <= 8192)).toBe(true);
      expect(records.at(-1)).toEqual({ type: 'tags', run: RUN_ID, tags: { a: 'b' } });
    }
  });

  it('can be params, metrics with steps, tags, artifacts and nested runs', async () => {
    const project = await createStageProject({
      'note.txt': 'x',
      'stages/train.ts': stage(`
        run.logParam('lr', params.lr); run.logParams({ nested: params.nested });
        run.logMetric('loss', NaN); run.logMetric('loss', 2); run.logMetrics({ a: 1, b: Infinity }, { step: 5 });
        run.logArtifact('note.txt'); run.logArtifact('note.txt', 'notes/n.txt');
        const answer = await run.child('fold 1', async (fold) => { fold.logMetric('loss', 1); return 42; });
        await run.child('fold 2', () => { throw new Error('bad fold') }).catch(() => {});
        run.setTags({ answer: String(answer) });`),
    });
    const { error, records } = await project.run({ params: { lr: 0.1, nested: { a: [1] } }, declaredParams: ['lr', 'nested'] });
    expect(error).toBeUndefined();
    const child = records.find((record) => record.type === 'child-start');
    expect(child).toMatchObject({ parent: RUN_ID, name: 'fold 1' });
    expect(child?.run).toMatch(/^[0-9a-f]{32}$/);
    expect(joined(records)).toMatchObject([
      { type: 'params', run: RUN_ID, params: { lr: 0.1 } },
      { type: 'params', params: { nested: { a: [1] } } },
      {
        type: 'metrics',
        run: RUN_ID,
        points: [
          ['loss', 0, Number.NaN],
          ['loss', 1, 2],
          ['a', 5, 1],
          ['b', 5, Infinity],
        ],
      },
      { type: 'artifact-bytes', name: 'note.txt', bytes: Uint8Array.from(Buffer.from('x')) },
      { type: 'artifact-bytes', name: 'notes/n.txt' },
      { type: 'child-start' },
      { type: 'metrics', run: child?.run, points: [['loss', 0, 1]] },
      { type: 'child-end', run: child?.run, status: 'FINISHED' },
      { type: 'child-start', name: 'fold 2' },
      { type: 'child-end', status: 'FAILED', reason: 'bad fold' },
      { type: 'tags', tags: { answer: '42' } },
    ]);
  });

  it('must be well formed: a metric that is no number names the line', async () => {
    const project = await createStageProject({ 'stages/train.ts': stage(`  run.logMetric('loss', '0.5' as any);`) });
    const { error } = await project.run();
    expect(error?.message).toBe(`Stage 'train' failed at stages/train.ts:5:7: TypeError: metric 'loss' must be a number, not "0.5"`);
  });
});

describe('output of a stage', () => {
  it('goes to its listener as it comes and to its log in the order of writing', async () => {
    const project = await createStageProject({
      'stages/train.ts': stage(
        `console.log('one'); console.error('two'); process.stdout.write('thr'); process.stdout.write(Buffer.from('ee é\\n')); log('%d things', 4);`,
      ),
    });
    for (const isolate of ['worker', 'process'] as const) {
      const { stdout, stderr, log, error } = await project.run({ isolate, logPath: project.path(`.mlo/logs/train.log`) });
      expect(error).toBeUndefined();
      expect({ stdout, stderr }).toEqual({ stdout: 'one\nthree é\n4 things\n', stderr: 'two\n' });
      if (isolate === 'worker') expect(log).toBe('one\ntwo\nthree é\n4 things\n');
    }
  });

  it('is heard from a stage that never yields', async () => {
    const project = await createStageProject({ 'stages/train.ts': stage(`console.log('a'); console.log('b'); for (;;);`) });
    const abort = new AbortController();
    const { error, stdout } = await project.run({
      signal: abort.signal,
      graceMs: 50,
      onOutput: (_, text) => text.includes('b') && abort.abort(),
    });
    expect(error?.code).toBe('MLO_INTERRUPTED');
    expect(stdout).toBe('a\nb\n');
  });
});

const CHILDREN = `
  execSync('echo execSync', { stdio: 'inherit' });
  execFileSync('echo', ['execFileSync'], { stdio: ['ignore', 1, 'pipe'] });
  spawnSync('echo spawnSync >&2', { shell: true, stdio: 'inherit' });
  await once(spawn('echo spawn', { shell: true, stdio: ['pipe', 'inherit', 'inherit'] }), 'close');
  await once(fork('child.mjs'), 'close');
  await once(fork('child.mjs', ['silent'], { silent: true }), 'close');
  log(execSync('echo piped', { encoding: 'utf8' }).trim(), spawnSync('echo', ['inherited'], { stdio: 'inherit' }).stdout);
`;

describe('output of processes that a stage starts', () => {
  it.each(['worker', 'process'] as const)('is output of the stage where they inherit its streams, with isolate: %s', async (isolate) => {
    const imports = `import { execFileSync, execSync, fork, spawn, spawnSync } from 'node:child_process'; import { once } from 'node:events';`;
    const project = await createStageProject({
      'stages/train.ts': stage(CHILDREN, imports),
      'child.mjs': `console.log('fork' + (process.argv[2] ?? '')); process.disconnect();`,
    });
    const { error, stdout, stderr, log, undeclared } = await project.run({ isolate });
    expect(error).toBeUndefined();
    expect(stdout.split('\n').sort()).toEqual(['', 'execFileSync', 'execSync', 'fork', 'inherited', 'piped null', 'spawn']);
    expect(stderr).toBe('spawnSync\n');
    expect(log.split('\n').sort()).toEqual([...stdout.split('\n'), 'spawnSync'].sort());
    expect(undeclared.filter(({ what }) => what === 'child-process').map(({ path }) => path)).not.toContain('mkfifo');
  });
});

describe('environment', () => {
  it('is that of the stage and nothing else', async () => {
    const project = await createStageProject({ 'stages/train.ts': stage(`log(JSON.stringify(process.env));`) });
    for (const isolate of ['worker', 'process'] as const) {
      const { stdout } = await project.run({ isolate, env: { A: '1', PATH: process.env['PATH'] ?? '' } });
      const { NODE_CHANNEL_FD: _fd, NODE_CHANNEL_SERIALIZATION_MODE: _mode, ...env } = JSON.parse(stdout) as { [name: string]: string };
      expect(env).toEqual({ A: '1', PATH: process.env['PATH'] });
    }
  });
});

/** Records with what was logged of metrics between two others as one list, however it was batched. */
function joined(records: readonly RunRecord[]): readonly object[] {
  const found: { type: string; run: string; points?: [name: string, step: number, value: number][] }[] = [];
  for (const record of records) {
    if (record.type !== 'metrics') found.push(record);
    else {
      const points = record.batches.flatMap(({ name, steps, values }) =>
        Array.from(steps, (step, at): [string, number, number] => [name, step, values[at] as number]),
      );
      const last = found.at(-1);
      if (last?.points !== undefined && last.run === record.run) last.points.push(...points);
      else found.push({ type: 'metrics', run: record.run, points });
    }
  }
  return found;
}
