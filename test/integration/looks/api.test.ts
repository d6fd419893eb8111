import { mkdir, symlink } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { createProject, REPOSITORY, type CommandResult, type TestProject } from '../../helpers/index.ts';
import { versions } from './versions.ts';

/** Another program, with the package among its own, that reads the project from outside. */
let program: TestProject;
let project: TestProject;

beforeAll(async () => {
  project = await versions();
  await project.remove('data', 'o');
  program = await createProject({ 'package.json': '{"type": "module"}' });
  await mkdir(program.path('node_modules'));
  await symlink(REPOSITORY, program.path('node_modules/mlo-cli'));
});

async function script(code: string): Promise<CommandResult> {
  const repo = JSON.stringify(project.root);
  await program.write({
    'script.mjs': `import { open, read, list, paramsShow, metricsShow } from 'mlo-cli';\nconst repo = ${repo};\nconst say = (value) => process.stdout.write(JSON.stringify(value) + '\\n');\n${code}`,
  });
  return await program.run(process.execPath, ['script.mjs']);
}

async function said(code: string): Promise<unknown> {
  const { stdout, stderr } = await script(code);
  expect(stderr).toBe('');
  return JSON.parse(stdout) as unknown;
}

describe('import … from mlo-cli', () => {
  test('read gives bytes or text of data, outs and files of Git, at any revision, without a checkout', async () => {
    expect(
      await said(`say([
        await read('data/a.txt', { repo, rev: 'v1', encoding: 'utf8' }),
        await read('data/a.txt', { repo, encoding: 'utf8' }),
        await read('o/copy', { repo, rev: 'v2', encoding: 'latin1' }),
        await read('src/code.py', { repo, rev: 'v1', encoding: 'utf8' }),
        [...await read('data/bytes.bin', { repo })],
        Buffer.isBuffer(await read('in', { repo })),
      ])`),
    ).toEqual(['first', 'second', '22', 'print(1)\n', [0, 255, 10, 13, 27, 128, 0], true]);
  });

  test('open gives a stream; errors come on it, with their code', async () => {
    expect(
      await said(`
        let text = '';
        for await (const piece of open('data/a.txt', { repo, rev: 'v1' })) text += piece;
        const codeOf = async (...args) => { try { for await (const piece of open(...args)) void piece; } catch (error) { return error.code; } };
        const early = open('data/a.txt', { repo }); early.destroy();
        say([text, await codeOf('nope', { repo }), await codeOf('data', { repo }), await codeOf('in', { repo, rev: 'nope' }),
          await codeOf('../../etc/passwd', { repo }), await codeOf('x', { repo: '/' }), await codeOf('x', { repo: 'https://example.org/x.git' })]);`),
    ).toEqual(['first', 'MLO_TARGET', 'MLO_TARGET', 'MLO_GIT', 'MLO_PATH_UNSAFE', 'MLO_NOT_A_PROJECT', 'MLO_USAGE']);
  });

  test('list names what is in a folder; paths are relative to repo', async () => {
    expect(
      await said(`say([
        (await list('data', { repo, rev: 'v1' })).map((entry) => entry.path + ' ' + entry.type),
        (await list('.', { repo: repo + '/src' })).map((entry) => entry.path),
        (await list('o', { repo, recursive: true })).map((entry) => [entry.path, entry.size, entry.kept, entry.stage]),
      ])`),
    ).toEqual([
      ['a.txt file', 'bytes.bin file', 'empty folder', 'link symlink', 'sub folder', 'twin.txt file'],
      ['code.py'],
      [
        ['copy', 2, 'out', 'make'],
        ['same', 5, 'out', 'make'],
      ],
    ]);
  });

  test('paramsShow and metricsShow give objects, of the workspace or a revision', async () => {
    expect(
      await said(`say([
        await paramsShow({ repo, rev: 'v1' }),
        await paramsShow({ repo, stages: 'make' }),
        await paramsShow({ repo, rev: 'v1', stages: ['make', 'measure'] }),
        await metricsShow({ repo, rev: 'v1' }), await metricsShow({ repo }),
      ])`),
    ).toEqual([{ lr: 1, depth: 3, unused: 'x' }, { lr: 2 }, { lr: 1, depth: 3 }, { acc: 0.1 }, { acc: 0.22 }]);
  });

  test('nothing is written in the project, not even disposable state', async () => {
    const listing = async (): Promise<string> =>
      (await project.run('sh', ['-c', 'find . -path ./.git -prune -o -printf "%p %T@ %C@ %s\\n" | sort'])).stdout;
    await project.remove('.mlo/state');
    const before = await listing();
    await said(
      `await read('data/a.txt', { repo, rev: 'v1' }); await read('data/a.txt', { repo }); await list('.', { repo, recursive: true }); say((await paramsShow({ repo })).lr)`,
    );
    expect(await listing()).toBe(before);
  });

  test('importing it loads neither parsers nor native packages', async () => {
    const { stdout } = await script(
      `say(process.memoryUsage && Object.keys(process.report.getReport().sharedObjects.filter((name) => name.endsWith('.node'))).length)`,
    );
    expect(stdout).toBe('0\n');
  });

  test('types say what comes back', async () => {
    await program.write({
      'types.ts': `import { list, metricsShow, open, paramsShow, read } from 'mlo-cli';
const text: string = await read('x', { encoding: 'utf8' });
const bytes: Buffer = await read('x', { repo: '.', rev: 'v1' });
const stream: NodeJS.ReadableStream = open('x');
const first: string | undefined = (await list())[0]?.path;
const values = [await paramsShow({ stages: ['a'] }), await metricsShow()];
// @ts-expect-error there is no such option
void read('x', { revision: 'v1' });
export { text, bytes, stream, first, values };
`,
      'tsconfig.json': JSON.stringify({
        compilerOptions: {
          module: 'NodeNext',
          target: 'ES2023',
          strict: true,
          noEmit: true,
          skipLibCheck: true,
          types: ['node'],
          typeRoots: [`${REPOSITORY}/node_modules/@types`],
          customConditions: ['mlo-source'],
          allowImportingTsExtensions: true,
          jsx: 'react-jsx',
          preserveSymlinks: false,
          resolveJsonModule: true,
          lib: ['ES2024', 'ESNext.Disposable'],
        },
        files: ['types.ts'],
      }),
    });
    // Sources of mlo come along; `npm run check` is for those.
    const { stdout } = await program.run('tsc', ['-p', '.']);
    expect(stdout.split('\n').filter((line) => line.startsWith('types.ts') || line.startsWith('error'))).toEqual([]);
  });
});
