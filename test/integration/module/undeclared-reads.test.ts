import { describe, expect, it } from 'vitest';
import { createStageProject, stage } from './stage-project.ts';

const FILES = { 'data/a.csv': 'a', 'data/b.csv': 'b', 'other/c.txt': 'c', 'params.yaml': 'x: 1' };

describe('what a stage reads without declaring it', () => {
  it.each([
    ['a named import', `readFileSync('data/a.csv');`, `import { readFileSync } from 'node:fs';`],
    ['promises', `await readFile('data/a.csv');`, `import { readFile } from 'node:fs/promises';`],
    ['a stream', `for await (const _ of createReadStream('data/a.csv'));`, `import { createReadStream } from 'fs';`],
    ['callbacks', `await new Promise((done) => fs.readFile('data/a.csv', done));`, `import fs from 'node:fs';`],
    ['a file handle', `const file = await fs.promises.open('data/a.csv'); await file.close();`, `import fs from 'node:fs';`],
    ['a URL and a descriptor', `fs.closeSync(fs.openSync(new URL('../data/a.csv', import.meta.url)));`, `import * as fs from 'node:fs';`],
    ['a copy', `fs.copyFileSync('data/a.csv', outs.out);`, `import * as fs from 'node:fs';`],
    ['a module that reads at its top level', ``, `import fs from 'node:fs';\nfs.readFileSync('data/a.csv');`],
    ['opendir', `for await (const _ of await fs.promises.opendir('data'));`, `import fs from 'node:fs';`, 'data'],
    ['opendirSync', `fs.opendirSync('data').closeSync();`, `import fs from 'node:fs';`, 'data'],
    ['globSync', `globSync('data/*.csv');`, `import { globSync } from 'node:fs';`, 'data'],
    ['glob', `await new Promise((done) => fs.glob('data/*.csv', done));`, `import fs from 'node:fs';`, 'data'],
    ['glob of promises', `for await (const _ of glob('data/*.csv'));`, `import { glob } from 'node:fs/promises';`, 'data'],
    ['globSync in the root', `globSync('*.yaml', { cwd: ROOT });`, `import { globSync } from 'node:fs';`, 'params.yaml'],
    [
      'glob in the root',
      `await new Promise((done) => fs.glob('*.yaml', { cwd: ROOT }, done));`,
      `import fs from 'node:fs';`,
      'params.yaml',
    ],
    [
      'glob of promises in the root',
      `for await (const _ of fs.promises.glob('p*.yaml', { cwd: ROOT, withFileTypes: true }));`,
      `import fs from 'node:fs';`,
      'params.yaml',
    ],
    ['require', `createRequire(import.meta.url)('fs').readFileSync('data/a.csv')`, `import { createRequire } from 'node:module';`],
  ])('is reported: through %s', async (_what, body, imports, read = 'data/a.csv') => {
    // Threads share the folder of this test runner, so paths are made absolute first.
    const absolute = (text: string): string =>
      text
        .replaceAll('ROOT', JSON.stringify(project.root))
        .replaceAll(/'(data[^']*)'/g, (_, path: string) => JSON.stringify(project.path(path)));
    const project = await createStageProject(FILES);
    await project.write({ 'stages/train.ts': stage(absolute(body), absolute(imports)) });
    const { error, undeclared } = await project.run({ outs: { out: project.path('out.csv') } });
    expect(error).toBeUndefined();
    expect(undeclared).toEqual([{ what: 'read', path: read }]);
  });

  it('is an error with strict, all of it at once, with the lines to add', async () => {
    const project = await createStageProject({
      ...FILES,
      'stages/train.ts': stage(
        `fs.readFileSync('data/b.csv'); fs.readdirSync('other'); execSync('true');`,
        `import fs from 'node:fs';\nimport { execSync } from 'node:child_process';`,
      ),
    });
    const { error } = await project.run({ strict: true, isolate: 'process' });
    expect(error?.code).toBe('MLO_UNDECLARED_READ');
    expect(error?.problems.map(({ message }) => message)).toEqual([
      'stages/train.ts reads: data/b.csv',
      'stages/train.ts reads: other',
      'stages/train.ts starts a process: true',
    ]);
    expect(error?.hint).toContain('      - data/b.csv\n      - other');
  });

  it('is not what it declares, loads as code, has written itself, or finds outside of the project', async () => {
    const project = await createStageProject({
      ...FILES,
      'node_modules/lib/package.json': '{"name":"lib","version":"1.0.0"}',
      'node_modules/lib/index.js': `module.exports = require('fs').readFileSync(__filename, 'utf8').length;`,
      'stages/helper.ts': 'export const h = 1;',
      'stages/train.ts': stage(
        `h; lib; fs.readFileSync(deps.a); fs.readFileSync('data/b.csv'); fs.readFileSync('params.yaml'); fs.readFileSync(import.meta.filename);
         fs.writeFileSync('tmp.txt', 'x'); fs.readFileSync('tmp.txt'); fs.writeFileSync(outs.out, 'x'); fs.readFileSync(outs.out); fs.readFileSync('/etc/hostname'); fs.existsSync('other/c.txt');`,
        `import fs from 'node:fs';\nimport { h } from './helper';\nimport lib from 'lib';`,
      ),
    });
    const { error, undeclared } = await project.run({
      strict: true,
      isolate: 'process',
      deps: { a: project.path('data/a.csv'), data: project.path('data') },
      outs: { out: project.path('out.txt') },
      paramFiles: [project.path('params.yaml')],
    });
    expect(error).toBeUndefined();
    expect(undeclared).toEqual([]);
  });

  it('may hide in threads and processes, which are reported as such', async () => {
    const project = await createStageProject({
      'stages/nested.js': '',
      'stages/train.ts': stage(
        `await new Promise((done) => new Worker(new URL('./nested.js', import.meta.url)).on('exit', done));
         await new Promise((done) => new Worker('1', { eval: true }).on('exit', done));
         spawnSync('true', []); await promisify(exec)('echo hi'); await new Promise((done) => spawn('true').on('exit', done));`,
        `import { Worker } from 'node:worker_threads';\nimport { exec, spawn, spawnSync } from 'node:child_process';\nimport { promisify } from 'node:util';`,
      ),
    });
    const { error, undeclared } = await project.run();
    expect(error).toBeUndefined();
    expect(undeclared).toEqual([
      { what: 'worker', path: '(source text)' },
      { what: 'child-process', path: 'echo hi' },
      { what: 'worker', path: 'stages/nested.js' },
      { what: 'child-process', path: 'true' },
    ]);
  });
});
