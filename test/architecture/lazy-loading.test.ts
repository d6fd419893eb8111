import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { createProject, REPOSITORY, type TestProject } from '../helpers/index.ts';

const HEAVY = ['@tensorflow', '@aws-sdk', 'ink', 'react', 'sharp', 'better-sqlite3', 'fastify'];
const PARSERS = ['zod', 'yaml'];

let project: TestProject;

beforeAll(async () => {
  project = await createProject();
  await expectSuccess(['init', '--no-git']);
  await expectSuccess(['repro']);
  await expectSuccess(['status']);
});

describe('what the command line loads', () => {
  it.each([[['--version']], [['--help']], [['status']], [['repro', '--dry']], [['dag']], [['stage', 'list']], [['plots', 'show']]])(
    '%j loads no heavy package',
    async (args) => {
      const packages = await packagesLoadedBy(args);
      expect(HEAVY.filter((name) => packages.has(name))).toEqual([]);
    },
  );

  it.each([[['repro']], [['status']], [['repro', '--dry']]])(
    '%j with nothing to do loads neither zod nor yaml, and no heavy package',
    async (args) => {
      const packages = await packagesLoadedBy(args);
      expect([...HEAVY, ...PARSERS].filter((name) => packages.has(name))).toEqual([]);
    },
  );

  it.each([
    [['status'], ['crypto', 'child_process']],
    // No child_process also says that no helper was started for commands that do not run.
    [['repro'], ['child_process']],
  ])('%j with nothing to do does not load %j of Node', async (args, slow) => {
    const preload = fileURLToPath(new URL('log-builtins.mjs', import.meta.url));
    const log = join(project.home, `builtins-${args.join('-')}.log`);
    const { code } = await project.mlo(args, { env: { NODE_OPTIONS: `--import=${preload}`, MODULE_LOG: log } });
    const loaded = readFileSync(log, 'utf8').split('\n');
    expect(code).toBe(0);
    expect(loaded).toContain('NativeModule fs');
    expect(slow.filter((name) => loaded.includes(`NativeModule ${name}`))).toEqual([]);
  });

  it('logging a value or a stream to a run loads the database and nothing else that is heavy', async () => {
    const { data } = (await project.mlo(['runs', 'list', '--json'])).json();
    for (const args of [
      ['metric', 'x', '1'],
      ['param', 'y', '1'],
      ['tag', 'a', 'b'],
      ['metric', '--stream'],
    ]) {
      const packages = await packagesLoadedBy(['log', ...args, '--run', data.runs[0].id]);
      expect([...HEAVY, ...PARSERS].filter((name) => packages.has(name))).toEqual(['better-sqlite3']);
    }
  });

  it.each([[['status']], [['repro']], [['repro', '--dry']]])('%j with nothing to do loads one file of the bundle', async (args) => {
    expect(await bundledFilesLoadedBy(args)).toEqual(new Set(['main.js']));
  });

  it.each([[['add', 'data.csv']], [['checkout', 'data.csv']]])('%j with nothing to do loads one file of the bundle', async (args) => {
    await project.write({ 'data.csv': '1,2\n' });
    await expectSuccess(['add', 'data.csv']);
    await expectSuccess(['status']);
    expect(await bundledFilesLoadedBy(args)).toEqual(new Set(['main.js']));
  });

  it('a worker of the cache loads one file of the bundle', () => {
    const worker = readFileSync(join(REPOSITORY, 'dist', 'cache-worker.js'), 'utf8');
    expect(worker).toContain('parentPort');
    expect(worker).not.toMatch(/^(import|export) .*"\.\//m);
  });

  it('--version loads nothing but the launcher', async () => {
    expect([...(await packagesLoadedBy(['--version']))]).toEqual([]);
  });

  it('sees what a command does load', async () => {
    await project.write({ 'params.yaml': 'numbers: {count: 11}\npowers: {exponent: 2}\n' });
    const packages = await packagesLoadedBy(['repro', '--dry']);
    expect(packages).toContain('yaml');
    expect(packages).toContain('commander');
  });
});

async function expectSuccess(args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await project.mlo(args);
  expect({ code, output: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, output: '' });
}

/** Names of the packages whose code is in a module that was loaded: by itself, or bundled into a file of `dist`. */
async function packagesLoadedBy(args: readonly string[]): Promise<ReadonlySet<string>> {
  const files = await filesLoadedBy(args);
  return new Set(
    files
      .flatMap((file) => [file, ...bundledInto(file)])
      .map(packageOf)
      .filter((name) => name !== undefined),
  );
}

async function bundledFilesLoadedBy(args: readonly string[]): Promise<ReadonlySet<string>> {
  const files = await filesLoadedBy(args);
  return new Set(files.filter((file) => file.startsWith(join(REPOSITORY, 'dist'))).map((file) => basename(file)));
}

async function filesLoadedBy(args: readonly string[]): Promise<readonly string[]> {
  const log = join(project.home, `modules-${args.join('-')}.log`);
  const preload = fileURLToPath(new URL('log-modules.mjs', import.meta.url));
  const { code, stderr } = await project.mlo(args, {
    env: { NODE_OPTIONS: `--import=${preload}`, MODULE_LOG: log, NODE_DISABLE_COMPILE_CACHE: '1' },
  });
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  const urls = readFileSync(log, 'utf8').split('\n');
  return urls.filter((url) => url.startsWith('file:')).map((url) => fileURLToPath(url));
}

/** Paths of the sources of a bundled file, from its source map. */
function bundledInto(file: string): readonly string[] {
  const map = `${file}.map`;
  if (!file.startsWith(join(REPOSITORY, 'dist')) || !existsSync(map)) return [];
  return (JSON.parse(readFileSync(map, 'utf8')) as { sources: string[] }).sources.map((source) => join(file, '..', source));
}

/** `@aws-sdk/client-s3` counts as `@aws-sdk`. */
function packageOf(path: string): string | undefined {
  return /\/node_modules\/([^/]+)\//.exec(path)?.[1];
}
