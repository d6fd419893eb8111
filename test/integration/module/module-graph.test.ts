import { rm, symlink } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { codeChanged } from '../../../src/runtime/module/check-code.ts';
import { hashBytes } from '../../../src/fs/hash.ts';
import { createStageProject, stage } from './stage-project.ts';

describe('the module graph of a stage', () => {
  it('holds helpers three imports away by the digest of their bytes, and no file that is not loaded', async () => {
    const project = await createStageProject({
      'stages/train.ts': stage(`log(a);`, `import { a } from './a.ts';`),
      'stages/a.ts': `import { b } from './lib/b.ts';\nexport const a: string = b;`,
      'stages/lib/b.ts': `export { c as b } from './c.ts';`,
      'stages/lib/c.ts': `export const c = 'deep';`,
      'stages/lib/unrelated.ts': `export const d = 1;`,
    });
    const { code, error, stdout } = await project.run();
    expect(error).toBeUndefined();
    expect(stdout).toBe('deep\n');
    expect(Object.keys(code).sort()).toEqual(['stages/a.ts', 'stages/lib/b.ts', 'stages/lib/c.ts', 'stages/train.ts']);
    expect(code['stages/lib/c.ts']).toBe(hashBytes(`export const c = 'deep';`));

    expect(codeChanged(project.root, code, {})).toEqual([]);
    await project.write({ 'stages/lib/unrelated.ts': 'export const d = 2;' });
    expect(codeChanged(project.root, code, {})).toEqual([]);
    await project.write({ 'stages/lib/c.ts': `export const c = 'other';` });
    expect(codeChanged(project.root, code, {})).toEqual([
      { path: 'stages/lib/c.ts', old: code['stages/lib/c.ts'], new: hashBytes(`export const c = 'other';`) },
    ]);
  });

  it('is found in a project whose package.json says commonjs, through every way to load a module', async () => {
    const project = await createStageProject({
      'package.json': '{"type":"commonjs"}',
      'stages/train.ts': stage(
        `const { z } = await import('./dynamic.ts');
         const { lazy } = createRequire(import.meta.url)('./required.ts');
         log(h, k, old.name, old.later(), data.a, z, lazy);`,
        `import { createRequire } from 'node:module';
         import { h } from './h';
         import { k } from './k.js';
         import old from './old.cjs';
         import data from './data.json' with { type: 'json' };`,
      ),
      'stages/h.ts': `export const h: string = 'h';`,
      'stages/k.ts': `export const k: string = 'k';`,
      'stages/old.cjs': `module.exports = { name: require('./plain').name, later: () => require('./later.js').later };`,
      'stages/plain.js': `exports.name = require('./more.json').name;`,
      'stages/more.json': `{"name":"old"}`,
      'stages/later.js': `exports.later = 'later';`,
      'stages/data.json': `{"a":5}`,
      'stages/dynamic.ts': `export const z: number = 6;`,
      'stages/required.ts': `export const lazy: boolean = true;`,
    });
    const { code, error, stdout } = await project.run();
    expect(error).toBeUndefined();
    expect(stdout).toBe('h k old later 5 6 true\n');
    const files = Object.entries(code)
      .filter(([, digest]) => digest !== 'missing')
      .map(([path]) => path);
    expect(files.sort()).toEqual([
      'package.json',
      ...['data.json', 'dynamic.ts', 'h.ts', 'k.ts', 'later.js', 'more.json', 'old.cjs', 'plain.js', 'required.ts', 'train.ts'].map(
        (name) => `stages/${name}`,
      ),
    ]);
  });

  it('holds what resolution tried in vain: a file that would be taken instead changes the code', async () => {
    const project = await createStageProject({
      'stages/train.ts': stage(
        `await import('./local.ts').catch(() => log('no local'));`,
        `import { h } from './h';\nimport { k } from './k.js';\nh; k;`,
      ),
      'stages/h.ts': 'export const h = 1;',
      'stages/k.ts': 'export const k = 1;',
    });
    const { code, stdout } = await project.run();
    expect(stdout).toBe('no local\n');
    expect(code).toMatchObject({ 'stages/h': 'missing', 'stages/k.js': 'missing', 'stages/local.ts': 'missing' });
    for (const [path, text] of [
      ['stages/k.js', 'export const k = 2'],
      ['stages/local.ts', ''],
    ] as const) {
      await project.write({ [path]: text });
      expect(codeChanged(project.root, code, {})).toEqual([{ path, old: 'missing', new: hashBytes(text) }]);
      await rm(project.path(path));
    }
  });

  it('sees a change of the fields of package.json that decide what a specifier means, and no other', async () => {
    const project = await createStageProject({
      'package.json': '{"name":"p","type":"module","imports":{"#lib":"./stages/lib.js"}}',
      'stages/train.ts': stage('log(lib);', `import { lib } from '#lib';`),
      'stages/lib.js': 'export const lib = 1;',
    });
    const { code, error } = await project.run();
    expect(error).toBeUndefined();
    expect(Object.keys(code)).toContain('package.json');
    await project.write({ 'package.json': '{"name":"p","type":"module","version":"2.0.0","imports":{"#lib":"./stages/lib.js"}}' });
    expect(codeChanged(project.root, code, {})).toEqual([]);
    await project.write({ 'package.json': '{"name":"p","type":"module","imports":{"#lib":"./stages/other.js"}}' });
    expect(codeChanged(project.root, code, {}).map(({ path }) => path)).toEqual(['package.json']);
  });

  it('never holds modules of mlo nor its TensorFlow.js', async () => {
    const project = await createStageProject({
      'stages/train.ts': stage(
        `log(tf.scalar(2).dataSync()[0], context.tf.getBackend());`,
        `import * as tf from '@tensorflow/tfjs';\nimport '@tensorflow/tfjs-core';`,
      ),
    });
    const { code, packages, error, stdout } = await project.run();
    expect(error).toBeUndefined();
    expect(stdout).toBe('2 wasm\n');
    expect(Object.keys(code)).toEqual(['stages/train.ts']);
    expect(packages).toEqual({});
  });
});

describe('a stage module', () => {
  it('may be CommonJS', async () => {
    const project = await createStageProject({
      'package.json': '{}',
      'stages/train.js': `const { defineStage } = require('mlo-cli');\nconst { h } = require('./h');\nmodule.exports = defineStage(({ log, tf }) => log(h, tf.scalar(1) instanceof require('@tensorflow/tfjs-core').Tensor));`,
      'stages/h.ts': 'export const h: string = "typed";',
    });
    const { error, stdout, code } = await project.run({ module: project.path('stages/train.js') });
    expect(error).toBeUndefined();
    expect(stdout).toBe('typed true\n');
    expect(code).toMatchObject({ 'stages/h.js': 'missing', 'stages/h.json': 'missing', 'stages/h/index.js': 'missing' });
    expect(codeChanged(project.root, code, {})).toEqual([]);
  });

  it('may load files from outside of the project, which count as its own', async () => {
    const project = await createStageProject({
      'shared/h.ts': 'export const h = 1;',
      'inner/stages/train.ts': stage('log(h);', `import { h } from '../../shared/h';`),
    });
    const root = project.path('inner');
    const { error, code } = await project.run({ root, module: project.path('inner/stages/train.ts') });
    expect(error).toBeUndefined();
    expect(Object.keys(code)).toContain('../shared/h.ts');
    await project.write({ 'shared/h.ts': 'export const h = 2;' });
    expect(codeChanged(root, code, {}).map(({ path }) => path)).toEqual(['../shared/h.ts']);
  });
});

describe('a project behind a symlink', () => {
  it('is the same as without: frames, code and reads have paths of the project', async () => {
    const project = await createStageProject({
      'real/data.csv': 'x',
      'real/own.csv': 'x',
      'real/stages/train.ts': stage(
        `readFileSync(deps.data); readFileSync(new URL('../own.csv', import.meta.url)); readFileSync(import.meta.filename);\n  throw new Error('x');`,
        `import { readFileSync } from 'node:fs';`,
      ),
    });
    await symlink('real', project.path('link'));
    const at = (path: string): string => project.path(`link/${path}`);
    const { error, code, undeclared } = await project.run({
      root: project.path('link'),
      module: at('stages/train.ts'),
      deps: { data: at('data.csv') },
    });
    expect(error?.message).toBe(`Stage 'train' failed at stages/train.ts:6:9: x`);
    expect(Object.keys(code)).toEqual(['stages/train.ts']);
    expect(undeclared).toEqual([{ what: 'read', path: 'own.csv' }]);
  });
});
