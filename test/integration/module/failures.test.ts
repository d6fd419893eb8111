import { describe, expect, it } from 'vitest';
import { createProject } from '../../helpers/index.ts';
import { isAlive } from '../../helpers/is-alive.ts';
import { createStageProject, stage } from './stage-project.ts';

describe('a stage that throws', () => {
  it('is shown with the frame of the user, through helpers and packages, and without frames of mlo', async () => {
    const project = await createStageProject({
      'stages/train.ts': stage(`  await fit();`, `import { fit } from './lib/fit.ts';`),
      'stages/lib/fit.ts': `import lib from 'lib';\nexport async function fit(): Promise<void> {\n  await null;\n  lib(() => {});\n}\n`,
      'node_modules/lib/package.json': '{"name":"lib","version":"1.0.0"}',
      'node_modules/lib/index.js': `module.exports = () => { throw new TypeError('bad shape', { cause: new Error('inner') }); };`,
    });
    for (const isolate of ['worker', 'process'] as const) {
      const { error, log } = await project.run({ isolate });
      expect(error?.code).toBe('MLO_STAGE_FAILED');
      expect(error?.message).toBe(`Stage 'train' failed at stages/lib/fit.ts:4:3: TypeError: bad shape`);
      expect(error?.details['frame']).toEqual({ file: 'stages/lib/fit.ts', line: 4, column: 3 });
      const stack = error?.details['stack'] as string;
      expect(stack.split('\n').slice(0, 4)).toEqual([
        'TypeError: bad shape',
        '    at module.exports (node_modules/lib/index.js:1:32)',
        '    at fit (stages/lib/fit.ts:4:3)',
        '    at async Object.run (stages/train.ts:5:3)',
      ]);
      expect(stack).toContain('Caused by Error: inner');
      expect(stack).not.toMatch(/src\/runtime|node:internal/);
      expect(log).toContain(stack);
    }
  });

  it('keeps what was found until then', async () => {
    const project = await createStageProject({ 'stages/train.ts': stage(`run.logMetric('a', 1); throw new Error('x');`) });
    const { code, records } = await project.run();
    expect(Object.keys(code)).toEqual(['stages/train.ts']);
    expect(records).toHaveLength(1);
  });

  it.each([
    [`throw 'text'`, `Stage 'train' failed: threw 'text', which is no Error`],
    [
      `setTimeout(() => { throw new Error('late') }, 1); await new Promise((r) => setTimeout(r, 5000));`,
      `Stage 'train' failed at stages/train.ts:5:26: late`,
    ],
    [
      `void Promise.reject(new Error('nobody waits')); await new Promise((r) => setTimeout(r, 5000));`,
      `Stage 'train' failed at stages/train.ts:5:21: nobody waits`,
    ],
    [
      `try { process.exit(3) } catch {} for (;;) await new Promise((r) => setTimeout(r, 1));`,
      `Stage 'train' failed at stages/train.ts:5:15: it called process.exit(3); a stage ends by returning, or by throwing an error`,
    ],
    [
      `process.chdir('/')`,
      `Stage 'train' failed at stages/train.ts:5:9: process.chdir does not work in a stage: use the absolute paths in \`deps\` and \`outs\``,
    ],
    [`await new Promise(() => {})`, `Stage 'train' waits for a promise that nothing can settle any more.`],
  ])('says so: %s', async (body, message) => {
    const project = await createStageProject({ 'stages/train.ts': stage(body) });
    for (const isolate of ['worker', 'process'] as const) {
      const { error } = await project.run({ isolate });
      expect(error).toMatchObject({ code: 'MLO_STAGE_FAILED', message });
    }
  });
});

describe('a module that is no stage', () => {
  it.each([
    ['has no default export', 'export const a = 1;', `Stage 'train' cannot run stages/train.ts: it has no default export.`],
    ['exports a bare function', 'export default () => {};', `has a default export that defineStage did not make (function)`],
    ['is not TypeScript', `const a = 1;\nconst b = ;`, `Stage 'train' cannot load stages/train.ts at stages/train.ts:2:11: SyntaxError: `],
    ['needs a compiler', `\nenum A { B }`, `Stage 'train' cannot load stages/train.ts at stages/train.ts:2:1: SyntaxError: `],
    ['declares a name twice', `const a: number = 1;\n\nlet a = 2;`, `stages/train.ts at stages/train.ts:3:5: SyntaxError: Identifier 'a'`],
    [
      'imports a file that is not there',
      `import './nothing.ts'`,
      `Stage 'train' cannot load stages/train.ts: Cannot find module 'stages/nothing.ts' imported from stages/train.ts`,
    ],
    [
      'throws while it loads',
      `import fs from 'node:fs';\nfs.readFileSync('/nowhere');`,
      `Stage 'train' cannot load stages/train.ts at stages/train.ts:2:4: ENOENT`,
    ],
  ])('is refused: it %s', async (_what, text, message) => {
    const project = await createStageProject({ 'stages/train.ts': text });
    const { error } = await project.run();
    expect(error?.code).toBe('MLO_MODULE');
    expect(error?.message).toContain(message);
  });

  it.each(['broken.mjs', 'broken.js'])('is told by the place in the file that cannot be parsed: %s', async (file) => {
    const project = await createStageProject({
      'stages/train.ts': `import './fine.ts';\nimport './${file}';`,
      'stages/fine.ts': 'export const fine = 1;',
      [`stages/${file}`]: `export const a = 1;\n\n  export const b = = 2;\n`,
    });
    for (const isolate of ['worker', 'process'] as const) {
      const { error, undeclared } = await project.run({ isolate });
      expect(error?.message).toContain(
        `Stage 'train' cannot load stages/train.ts at stages/${file}:3:20: SyntaxError: Unexpected token '='`,
      );
      expect(error?.details).toMatchObject({ frame: { file: `stages/${file}`, line: 3, column: 20 } });
      expect(undeclared).toEqual([]);
    }
  });

  it('gets the command that installs a missing package', async () => {
    const project = await createStageProject({ 'stages/train.ts': `import x from '@scope/nothing/deep';\nx;` });
    const { error, packages } = await project.run();
    expect(error).toMatchObject({ code: 'MLO_MODULE', hint: 'npm install @scope/nothing' });
    expect(packages).toEqual({ 'stages/ > @scope/nothing': 'missing' });
  });

  it('that does not exist is an error, not a crash', async () => {
    const project = await createStageProject({ 'a.txt': '' });
    const { error } = await project.run();
    expect(error).toMatchObject({ code: 'MLO_MODULE' });
    expect(error?.message).toContain('stages/train.ts does not exist');
  });
});

describe('a stage that is to stop', () => {
  it('sees its signal and may end by itself', async () => {
    const project = await createStageProject({
      'stages/train.ts': stage(
        `log('up'); await new Promise((r) => context.signal.addEventListener('abort', r)); log(context.signal.reason.name); context.signal.throwIfAborted();`,
      ),
    });
    for (const isolate of ['worker', 'process'] as const) {
      const abort = new AbortController();
      const { error, stdout } = await project.run({ isolate, signal: abort.signal, onOutput: () => abort.abort() });
      expect(error?.code).toBe('MLO_INTERRUPTED');
      expect(stdout).toBe('up\nAbortError\n');
    }
  });

  it('is ended after the grace when it never yields, at its timeout too', async () => {
    const project = await createStageProject({ 'stages/train.ts': stage(`log('up'); for (;;);`) });
    for (const isolate of ['worker', 'process'] as const) {
      const { error } = await project.run({ isolate, timeoutMs: 300, graceMs: 50 });
      expect(error).toMatchObject({
        code: 'MLO_STAGE_TIMEOUT',
        message: `Stage 'train' was ended after its timeout of 0.3 s: stages/train.ts`,
      });
    }
  });

  it('is not ended by a timeout of months', async () => {
    const project = await createStageProject({ 'stages/train.ts': stage(`log('done');`) });
    const { error, stdout } = await project.run({ timeoutMs: 60 * 86_400_000, graceMs: 0 });
    expect(error).toBeUndefined();
    expect(stdout).toBe('done\n');
  });

  it('is ended at once by force', async () => {
    const project = await createStageProject({ 'stages/train.ts': stage(`log('up'); for (;;);`) });
    const forced = new AbortController();
    const { error } = await project.run({ forced: forced.signal, graceMs: 60_000, onOutput: () => forced.abort() });
    expect(error?.code).toBe('MLO_INTERRUPTED');
  });

  it('does not start when it is already to stop', async () => {
    const project = await createStageProject({ 'stages/train.ts': stage(`log('ran');`) });
    const { error, stdout } = await project.run({ signal: AbortSignal.abort() });
    expect(error?.code).toBe('MLO_INTERRUPTED');
    expect(stdout).toBe('');
  });
});

describe('a stage with a process of its own', () => {
  it('is over when it has ended, whatever it left running with its streams', async () => {
    const project = await createStageProject({
      'stages/train.ts': stage(
        `const daemon = spawn('sleep', ['20'], { stdio: 'inherit', detached: true }); daemon.unref(); log(daemon.pid);`,
        `import { spawn } from 'node:child_process';`,
      ),
    });
    const { error, stdout } = await project.run({ isolate: 'process' });
    expect(error).toBeUndefined();
    expect(isAlive(Number(stdout))).toBe(true);
    process.kill(Number(stdout));
  });
});

describe('a stage that breaks its thread or process', () => {
  it('by filling its memory is named, in a thread and in a process, with the limit that the hint raises', async () => {
    // A thread is ended gently only where the heap fills little by little: V8 aborts the whole process for one large array that finds no place.
    const gently = stage(`let all = null; for (;;) all = { all };`);
    const atOnce = stage(`const all = []; for (;;) all.push({ x: all.length });`);
    for (const [isolate, text] of [
      ['worker', gently],
      ['process', gently],
      ['process', atOnce],
    ] as const) {
      const project = await createProject({
        '.mlo/config.yaml': '',
        'pipeline.yaml': `stages:\n  train:\n    run: stages/train.ts\n    isolate: ${isolate}\n    outs: [model.bin]\n`,
        'stages/train.ts': text,
      });
      const { code, stderr } = await project.mlo(['repro'], { env: { NODE_OPTIONS: '--max-old-space-size=64' } });
      expect(code).toBe(1);
      const what = isolate === 'worker' ? 'thread' : 'process';
      expect(stderr).toContain(
        `Stage 'train' failed: its ${what} ran out of memory: the JavaScript heap reached its limit (stages/train.ts)`,
      );
      expect(stderr).toContain('hint: NODE_OPTIONS=--max-old-space-size=');
    }
  });

  it('by a crash of native code fails alone when it has a process of its own', async () => {
    const project = await createStageProject({
      'stages/train.ts': stage(
        `run.logMetric('a', 1); await new Promise((r) => setTimeout(r, 200)); process.kill(process.pid, 'SIGSEGV'); for (;;);`,
      ),
    });
    const { error, records } = await project.run({ isolate: 'process' });
    expect(error?.message).toBe(`Stage 'train' failed: its process was ended by SIGSEGV, a crash of native code (stages/train.ts)`);
    expect(records).toHaveLength(1);
  });
});
