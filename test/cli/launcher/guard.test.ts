import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { LAUNCHER, REPOSITORY } from '../../helpers/index.ts';
import { addPinnedNode, installedPackage, pretend } from './launcher-rig.ts';

const HELLO = `process.stdout.write('hello ' + JSON.stringify(process.argv.slice(2)));`;
const OLD = pretend({ node: '20.20.2' });

describe('the launcher file', () => {
  it('imports nothing statically and uses no syntax newer than Node 14', () => {
    const text = readFileSync(LAUNCHER, 'utf8');
    expect(text).not.toMatch(/^\s*import\s/m);
    expect(text).not.toContain(`import('node:`);
    const asWritten = transformSync(text, { target: 'esnext' }).code;
    expect(transformSync(text, { target: 'node14.8' }).code).toBe(asWritten);
  });
});

describe('on a Node that is new enough', () => {
  it('hands the arguments to the command line', async () => {
    const mlo = await installedPackage(HELLO);
    expect(await mlo.run(['repro', '-j', '2'])).toMatchObject({ code: 0, stdout: 'hello ["repro","-j","2"]', stderr: '' });
  });

  it.each(['22.18.0', '23.0.0', '26.1.0'])('accepts %s', async (node) => {
    const mlo = await installedPackage(HELLO);
    expect(await mlo.run([], pretend({ node }))).toMatchObject({ code: 0, stdout: 'hello []' });
  });

  it.each(['--version', '-V'])('answers %s without the command line', async (flag) => {
    const mlo = await installedPackage(`throw new Error('loaded')`);
    expect(await mlo.run([flag])).toMatchObject({ code: 0, stdout: '9.8.7\n', stderr: '' });
  });

  it('keeps its compile cache in the home of the user, never in a shared temp folder', async () => {
    const mlo = await installedPackage(
      `import { getCompileCacheDir } from 'node:module'; process.stdout.write(String(getCompileCacheDir()))`,
    );
    const { stdout } = await mlo.run([]);
    expect(stdout.startsWith(join(mlo.root, 'home', '.cache', 'mlo', 'compile-cache'))).toBe(true);
  });

  it('never builds in an installed package', async () => {
    const mlo = await installedPackage(HELLO);
    await mlo.write({ 'bin/fresh.js': `throw new Error('looked for sources')` });
    expect(await mlo.run([])).toMatchObject({ code: 0, stdout: 'hello []' });
  });
});

describe('on a Node that is too old', () => {
  it.each(['14.21.3', '18.20.8', '20.20.2', '22.17.1'])('refuses %s in one sentence when no Node is installed beside it', async (node) => {
    const mlo = await installedPackage(HELLO);
    const { code, stdout, stderr } = await mlo.run([], pretend({ node }));
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
    expect(stderr).toContain(`mlo needs Node.js 22.18 or newer (found v${node})`);
    const pinned = process.platform === 'linux' ? `, or in your project: npm install node-linux-${process.arch}@24` : '';
    expect(stderr).toContain(`hint: nvm install 24${pinned}\n`);
  });

  it('says how a clone gets the Node that belongs to it', async () => {
    const mlo = await installedPackage(HELLO);
    await mlo.write({ 'src/cli/main.ts': '' });
    const { code, stderr } = await mlo.run([], OLD);
    expect(code).toBe(78);
    expect(stderr).toContain('hint: nvm install 24, or run npm ci in the folder that has mlo\n');
  });

  it('refuses in JSON too', async () => {
    const mlo = await installedPackage(HELLO);
    const result = await mlo.run(['status', '--json'], OLD);
    expect(result.code).toBe(78);
    expect(result.json()).toMatchObject({ schemaVersion: 1, ok: false, error: { code: 'MLO_RUNTIME' } });
  });

  it.each(['node_modules/.bin/node', `node_modules/node-${process.platform}-${process.arch}/bin/node`])(
    'runs on the Node at %s',
    async (place) => {
      const mlo = await installedPackage(HELLO);
      await addPinnedNode(mlo.root, place);
      expect(await mlo.run(['status', '--json'], OLD)).toMatchObject({ code: 0, stdout: 'hello ["status","--json"]', stderr: '' });
    },
  );

  it('finds the Node of the project that it is a dependency of', async () => {
    const mlo = await installedPackage(HELLO, 'node_modules/mlo-cli');
    await addPinnedNode(join(mlo.root, '..', '..'));
    expect(await mlo.run([], OLD)).toMatchObject({ code: 0, stdout: 'hello []' });
  });

  it('does not re-execute twice', async () => {
    const mlo = await installedPackage(HELLO);
    await addPinnedNode(mlo.root);
    const { code, stderr } = await mlo.run([], { ...OLD, PRETEND_ALWAYS: '1' });
    expect(code).toBe(78);
    expect(stderr.match(/mlo needs Node/g)).toHaveLength(1);
  });

  it('stays put with MLO_NO_REEXEC', async () => {
    const mlo = await installedPackage(HELLO);
    await addPinnedNode(mlo.root);
    expect(await mlo.run([], { ...OLD, PRETEND_ALWAYS: '1', MLO_NO_REEXEC: '1' })).toMatchObject({ code: 78, stdout: '' });
  });

  it('lets a command that a stage starts re-execute again', async () => {
    const mlo = await installedPackage(`process.stdout.write(String(process.env.MLO_NO_REEXEC))`);
    await addPinnedNode(mlo.root);
    expect((await mlo.run([], OLD)).stdout).toBe('undefined');
  });

  it('ends with the exit code of the command', async () => {
    const mlo = await installedPackage('process.exitCode = 11;');
    await addPinnedNode(mlo.root);
    expect((await mlo.run([], OLD)).code).toBe(11);
  });

  it('ends with 128 + n when signal n ended the command', async () => {
    const mlo = await installedPackage(`process.kill(process.pid, 'SIGKILL'); setTimeout(() => {}, 10_000);`);
    await addPinnedNode(mlo.root);
    expect((await mlo.run([], OLD)).code).toBe(137);
  });

  const STOPPABLE = `
    const { installSignals } = await import(${JSON.stringify(join(REPOSITORY, 'src/cli/signals.ts'))});
    const interruption = installSignals();
    let count = 0;
    interruption.onFirst = () => { count += 1; setTimeout(() => { process.stdout.write('stopped ' + count); process.exit(130); }, 200); };
    interruption.restoreTerminal = () => process.stdout.write('at once');
    setTimeout(() => {}, 20_000);
    process.stdout.write('ready ');`;

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('passes on a %s that it alone was sent, and waits for the clean-up', async (signal) => {
    const mlo = await installedPackage(STOPPABLE);
    await addPinnedNode(mlo.root);
    const running = mlo.start([], OLD);
    await running.waitFor('ready');
    running.child.kill(signal);
    expect(await running.ended).toMatchObject({ code: 130, stdout: 'ready stopped 1' });
  });

  it.each(['SIGINT', 'SIGHUP'] as const)('counts a %s of the terminal once, which the command hears itself', async (signal) => {
    const mlo = await installedPackage(STOPPABLE);
    await addPinnedNode(mlo.root);
    const running = mlo.start([], OLD);
    await running.waitFor('ready');
    running.signalGroup(signal);
    expect(await running.ended).toMatchObject({ code: 130, stdout: 'ready stopped 1' });
  });

  it('passes on a second one as the second: at once', async () => {
    const mlo = await installedPackage(STOPPABLE.replace('200', '20_000').replace('count += 1;', `process.stdout.write('first ');`));
    await addPinnedNode(mlo.root);
    const running = mlo.start([], OLD);
    await running.waitFor('ready');
    running.child.kill('SIGINT');
    await running.waitFor('first');
    running.child.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: 130, stdout: 'ready first at once' });
  });

  it('ends as interrupted where the command is not up yet', async () => {
    const mlo = await installedPackage(`process.stdout.write('ready '); setTimeout(() => {}, 20_000);`);
    await addPinnedNode(mlo.root);
    const running = mlo.start([], OLD);
    await running.waitFor('ready');
    running.child.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
  });
});
