import { existsSync, readFileSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../../helpers/index.ts';
import { checkout, type FakePackage } from './launcher-rig.ts';

const says = (word: string): string => `const word: string = '${word}';\nprocess.stdout.write(word);\n`;

describe('a checkout', () => {
  it('builds on first use, without a word', async () => {
    const mlo = await checkout(says('one'));
    expect(await mlo.run([])).toMatchObject({ code: 0, stdout: 'one', stderr: '' });
    expect(leftovers(mlo)).toEqual([]);
  });

  it('builds again when a source has changed, and only then', async () => {
    const mlo = await checkout(says('one'));
    await mlo.run([]);
    const built = timeOf(mlo, 'dist/main.js');
    expect((await mlo.run([])).stdout).toBe('one');
    expect(timeOf(mlo, 'dist/main.js')).toBe(built);
    await mlo.write({ 'src/cli/main.ts': says('two') });
    expect((await mlo.run([])).stdout).toBe('two');
  });

  it('does not build where only the times of the sources have changed', async () => {
    const mlo = await checkout(says('one'));
    await mlo.run([]);
    const built = timeOf(mlo, 'dist/main.js');
    utimesSync(join(mlo.root, 'src/cli/main.ts'), new Date(), new Date());
    expect((await mlo.run([])).stdout).toBe('one');
    expect(timeOf(mlo, 'dist/main.js')).toBe(built);
  });

  it('takes the bundle as it is where MLO_NO_BUILD=1 says so and there is one', async () => {
    const mlo = await checkout(says('one'));
    expect((await mlo.run([], { MLO_NO_BUILD: '1' })).stdout).toBe('one');
    await mlo.write({ 'src/cli/main.ts': says('two') });
    expect((await mlo.run([], { MLO_NO_BUILD: '1' })).stdout).toBe('one');
    expect((await mlo.run([])).stdout).toBe('two');
  });

  it('builds once when many are started at the same time', async () => {
    const mlo = await checkout(says('one'));
    const results = await Promise.all(Array.from({ length: 6 }, () => mlo.run([])));
    expect(results.map(({ code, stdout, stderr }) => ({ code, stdout, stderr }))).toEqual(
      results.map(() => ({ code: 0, stdout: 'one', stderr: '' })),
    );
    expect(leftovers(mlo)).toEqual([]);
  });

  it('takes over the lock of a builder that is dead', async () => {
    const mlo = await checkout(says('one'));
    await mlo.write({ 'dist/.build.lock': '999999999' });
    expect(await mlo.run([])).toMatchObject({ code: 0, stdout: 'one', stderr: '' });
  });

  it('says what is wrong when it does not build, and works again when that is mended', async () => {
    const mlo = await checkout(says('one'));
    await mlo.run([]);
    await mlo.write({ 'src/cli/main.ts': `import './not-there.ts';\n` });
    const broken = await mlo.run([]);
    expect(broken).toMatchObject({ code: 70, stdout: '' });
    expect(broken.stderr).toContain('src/cli/main.ts:1:7');
    expect(broken.stderr).toContain('not-there.ts');
    await mlo.write({ 'src/cli/main.ts': says('two') });
    expect(await mlo.run([])).toMatchObject({ code: 0, stdout: 'two', stderr: '' });
  });

  it('names the command to type when the packages are not installed', async () => {
    const mlo = await checkout(says('one'));
    await rm(join(mlo.root, 'node_modules'));
    const { code, stderr } = await mlo.run([]);
    expect(code).toBe(70);
    expect(stderr).toContain('npm ci');
  });

  it('lets a command that is running load the rest of itself after a new build', async () => {
    const late = (word: string): Record<string, string> => ({
      'src/cli/late.ts': `export const word = '${word}';\n`,
      'src/cli/main.ts': `process.stdout.write('ready ');
        process.once('SIGUSR1', async () => { const { word } = await import('./late.ts'); process.stdout.write(word); process.exit(0); });
        setTimeout(() => {}, 20_000);\n`,
    });
    const mlo = await checkout('');
    await mlo.write(late('one'));
    const running = mlo.start([]);
    await running.waitFor('ready');
    await mlo.write({ ...late('two'), 'src/cli/main.ts': `${says('new')}void import('./late.ts');` });
    expect((await mlo.run([])).stdout).toBe('new');
    running.child.kill('SIGUSR1');
    expect(await running.ended).toMatchObject({ code: 0, stdout: 'ready one' });
  });

  it('keeps the chunks of a few builds', async () => {
    const lateChunks = (): number => readdirSync(join(mlo.root, 'dist')).filter((name) => /^late-.*\.js$/.test(name)).length;
    const mlo = await checkout(`process.stdout.write((await import('./late.ts')).word);\n`);
    for (let build = 0; build < 10; build += 1) {
      await mlo.write({ 'src/cli/late.ts': `export const word = 'build ${build}';\n` });
      expect((await mlo.run([])).stdout).toBe(`build ${build}`);
    }
    expect(lateChunks()).toBe(9);
  });

  it('is packed by npm with what was built last, and nothing of the builds before', async () => {
    const mlo = await checkout(`process.stdout.write((await import('./late.ts')).word);\n`);
    for (const word of ['one', 'two']) {
      await mlo.write({ 'src/cli/late.ts': `export const word = '${word}';\n` });
      await mlo.run([]);
    }
    const chunk = /^dist\/late-.*\.js$/;
    const names = await packedBy(mlo);
    expect(names.filter((name) => chunk.test(name))).toHaveLength(1);
    expect(readFileSync(join(mlo.root, names.find((name) => chunk.test(name)) as string), 'utf8')).toContain('two');
    expect(names).toEqual(expect.arrayContaining(['bin/mlo.js', 'bin/path/mlo', 'dist/main.js']));
    expect(names.filter((name) => name.startsWith('dist/.'))).toEqual([]);
  });

  it('answers --version without building', async () => {
    const mlo = await checkout(says('one'));
    expect((await mlo.run(['--version'])).code).toBe(0);
    expect(existsSync(join(mlo.root, 'dist'))).toBe(false);
  });
});

async function packedBy(mlo: FakePackage): Promise<readonly string[]> {
  const packed = await runCommand('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: mlo.root, env: process.env });
  const [{ files }] = JSON.parse(packed.stdout) as [{ files: readonly { path: string }[] }];
  return files.map(({ path }) => path);
}

function timeOf(mlo: FakePackage, path: string): number {
  return statSync(join(mlo.root, path)).mtimeMs;
}

/** What lies in `dist` for the next build, and for npm. */
const KEPT = ['.build.json', '.compile-cache', '.npmignore'];

function leftovers(mlo: FakePackage): readonly string[] {
  return readdirSync(join(mlo.root, 'dist')).filter((name) => name.startsWith('.') && !KEPT.includes(name));
}
