import { mkdir, readdir, readFile, rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createProject, REPOSITORY, type TestProject } from '../../helpers/index.ts';

/** A project with the published package among its own, as npm would lay it out. */
let consumer: TestProject;
let installed: string;

beforeAll(async () => {
  consumer = await createProject({ 'package.json': '{"type": "module"}' });
  const packed = await consumer.run(process.execPath, [join(REPOSITORY, 'tools/release.mjs'), consumer.home]);
  expect({ code: packed.code, stderr: packed.code === 0 ? '' : packed.stderr }).toEqual({ code: 0, stderr: '' });
  const tarball = (await readdir(consumer.home)).find((name) => name.endsWith('.tgz')) ?? 'none';
  await consumer.run('tar', ['-xzf', join(consumer.home, tarball)]);
  await mkdir(consumer.path('node_modules'));
  for (const name of await readdir(join(REPOSITORY, 'node_modules'))) {
    if (!name.startsWith('.')) await symlink(join(REPOSITORY, 'node_modules', name), consumer.path('node_modules', name));
  }
  installed = consumer.path('node_modules/mlo-cli');
  await rename(consumer.path('package'), installed);
});

describe('the published package', () => {
  it('has no scripts, is not private as a checkout is, and no dependency that only the checkout needs', async () => {
    const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as { [key: string]: unknown };
    expect(['private', 'scripts', 'workspaces', 'devDependencies'].filter((key) => key in manifest)).toEqual([]);
    // Of the native backend, which nobody has to have.
    expect(Object.keys(manifest['optionalDependencies'] as object)).toEqual(['@tensorflow/tfjs-node', 'node-api-headers']);
  });

  it('holds the launcher, the bundle and the types, but neither sources nor the builder', async () => {
    expect((await readdir(installed)).toSorted()).toEqual(
      ['LICENSE', 'README.md', 'bin', 'data', 'dist', 'package.json', 'params.yaml', 'pipeline.yaml', 'schema', 'stages'].toSorted(),
    );
    expect((await readdir(join(installed, 'bin'))).toSorted()).toEqual(['mlo.js', 'path']);
    const dist = await readdir(join(installed, 'dist'));
    expect(dist).toEqual(
      expect.arrayContaining([
        'main.js',
        'index.js',
        'data.js',
        'train.js',
        'spawn-helper.js',
        'stage-worker.js',
        'stage-process.js',
        'types',
      ]),
    );
    expect(dist.filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('runs a pipeline', async () => {
    const mlo = (...args: string[]) => consumer.run(process.execPath, [join(installed, 'bin/mlo.js'), ...args]);
    expect(await mlo('init', '--no-git')).toMatchObject({ code: 0 });
    expect(await mlo('repro')).toMatchObject({ code: 0 });
    expect(JSON.parse(await consumer.read('metrics.json'))).toEqual({ count: 10, mean: 38.5 });
  });

  it('is found by a stage that logs with mlo, wherever it was started from', async () => {
    const mlo = (...args: string[]) => consumer.run(process.execPath, [join(installed, 'bin/mlo.js'), ...args], { cwd: 'logs' });
    await consumer.write({
      'logs/pipeline.yaml': 'stages:\n  score:\n    cmd: mlo log metric accuracy 0.5 && echo yes > done.txt\n    outs: [done.txt]\n',
      'logs/.mlo/config.yaml': '',
    });
    expect(await mlo('repro')).toMatchObject({ code: 0 });
    expect(await mlo('runs', 'search', 'metrics.accuracy = 0.5')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('score') as string,
    });
  });

  it('has its parts for scripts, without conditions that only the checkout knows', async () => {
    const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as { exports: { [path: string]: unknown } };
    expect(manifest.exports['./train']).toEqual({ types: './dist/types/train.d.ts', default: './dist/train.js' });
    await consumer.write({ 'score.mjs': `import { accuracy } from 'mlo-cli/train';\nconsole.log(accuracy([1, 2], [1, 3]));\n` });
    expect(await consumer.run(process.execPath, ['score.mjs'])).toMatchObject({ code: 0, stdout: '0.5\n' });
  });

  it('runs a module stage that imports it', async () => {
    const mlo = (...args: string[]) => consumer.run(process.execPath, [join(installed, 'bin/mlo.js'), ...args], { cwd: 'modules' });
    await consumer.write({
      'modules/pipeline.yaml': 'stages:\n  greet:\n    run: greet.ts\n    params: [word]\n    outs: {greeting: greeting.txt}\n',
      'modules/params.yaml': 'word: hello\n',
      'modules/greet.ts': GREET,
      'modules/.mlo/config.yaml': '',
    });
    expect(await mlo('repro')).toMatchObject({ code: 0 });
    expect(await consumer.read('modules/greeting.txt')).toBe('hello');
  });

  it('types the params of a stage', async () => {
    const config = {
      compilerOptions: { module: 'NodeNext', target: 'ES2023', strict: true, noEmit: true, skipLibCheck: true, types: ['node'] },
      files: ['good.ts', 'data.mts', 'bad.ts'],
    };
    await consumer.write({
      'typed/tsconfig.json': JSON.stringify(config),
      'typed/good.ts': GREET,
      'typed/data.mts': DATA,
      'typed/bad.ts': GREET.replace('params.word', 'params.wrod'),
    });
    const tsc = await consumer.run(join(REPOSITORY, 'node_modules/.bin/tsc'), ['-p', 'typed']);
    const errors = tsc.stdout.split('\n').filter((line) => line.includes('error'));
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/^typed\/bad\.ts\(\d+,\d+\): error TS2\d+: .*wrod/);
  });
});

const DATA = `import { imageFolder, readCsv } from 'mlo-cli/data';

const table = await readCsv('a.csv', { types: { x: 'float32', word: 'string' } });
export const x: Float32Array = table.columns.x.data;
export const words: (string | null)[] = table.columns.word.data;
for await (const { images } of imageFolder('pictures', { size: 8, dtype: 'uint8' })) images satisfies Uint8Array;
`;

const GREET = `import { writeFile } from 'node:fs/promises';
import { defineStage } from 'mlo-cli';
import { z } from 'zod';

export default defineStage({
  params: z.object({ word: z.string() }),
  async run({ params, outs }) {
    await writeFile(outs['greeting'] as string, params.word);
  },
});
`;
