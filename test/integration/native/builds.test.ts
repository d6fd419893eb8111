import { readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freePort } from '../../helpers/free-port.ts';
import { createProject, NATIVE_CACHE, requireNative, requirePeer, skipTest, type TestProject } from '../../helpers/index.ts';
import { lendBuild, pathWith, STAGE } from './install-project.ts';

describe('mlo backend install, from a folder that has TensorFlow', () => {
  it('builds an addon, says what it made, and needs no compiler after that', async () => {
    const build = requireNative();
    requirePeer('g++');
    const project = await createProject(STAGE);
    const folder = dirname(build.addon);
    const installed = await project.mlo(['backend', 'install', '--lib', folder], { timeoutMs: 240_000 });
    expect(installed.code).toBe(0);
    expect(installed.stdout).toContain(`native is installed: TensorFlow 2.21.0 from ${folder}`);
    expect((await project.mlo(['repro'])).code).toBe(0);
    expect(await project.read('out.txt')).toBe('tensorflow 3');

    const again = await project.mlo(['backend', 'install'], { env: { PATH: await pathWith() } });
    expect(again.stdout).toContain('native was installed already and works');
    const status = (await project.mlo(['backend', 'status', '--json'])).json();
    expect(status.data).toMatchObject({ default: 'auto', takes: 'native' });
    const [native] = status.data.backends;
    expect(native).toMatchObject({ name: 'native', available: true, ours: true, versions: { TensorFlow: '2.21.0' } });
    expect(native.addon).toContain(join(project.home, '.cache', 'mlo', 'native'));
    expect((await project.mlo(['doctor'])).stdout).toMatch(/tensorflow-native +TensorFlow 2\.21\.0, with the addon that mlo has built/);
  }, 300_000);

  it('notices an addon of other bytes, and a library that has gone: stages run on wasm, one that pins native does not run', async () => {
    const project = await createProject(STAGE);
    const folder = await lendBuild(project);
    expect((await project.mlo(['repro'])).code).toBe(0);
    expect(await project.read('out.txt')).toBe('tensorflow 3');

    const addon = join(folder, 'tfjs_binding.node');
    const bytes = await readFile(addon);
    bytes[bytes.length - 100] = (bytes[bytes.length - 100] as number) ^ 1;
    await writeFile(addon, bytes);
    const again = ['repro', '--force', '--no-run-cache'];
    const fallen = await project.mlo(again);
    expect(fallen.stderr).toMatch(
      /TensorFlow\.js runs on wasm, because native cannot be used: it does not load: .*tfjs_binding\.node has other bytes than mlo has built/,
    );
    expect(await project.read('out.txt')).toBe('wasm 3');
    await project.write({ 'pipeline.yaml': 'stages:\n  train: {run: stages/train.ts, backend: native, outs: {out: out.txt}}\n' });
    const pinned = await project.mlo(again);
    expect(pinned.code).toBe(1);
    expect(pinned.stderr).toMatch(/error\[MLO_BACKEND\]: The backend native cannot be used: it does not load/);
    expect(pinned.stderr).toContain('hint: mlo backend install --force');

    await rm(join(folder, 'libtensorflow_cc.so.2'));
    const { stdout } = await project.mlo(['doctor']);
    expect(stdout).toMatch(/tensorflow-native +cannot be used: .*libtensorflow_cc\.so\.2 is gone or has changed; stages run on wasm/);
    expect((await project.mlo(again)).stderr).toMatch(/backend 'native' cannot be used here: .* is gone or has changed/);
  });
});

describe('mlo backend install, after a mlo that patched the addon in another way', () => {
  it('builds the addon again, with the libraries that are there: nothing is downloaded', async () => {
    requirePeer('g++');
    requirePeer('python3');
    const project = await createProject(STAGE);
    const folder = await lendBuild(project);
    const stamp = JSON.parse(await readFile(join(folder, 'stamp.json'), 'utf8')) as { patch: number; source: { kind: string } };
    if (stamp.source.kind !== 'wheel') skipTest('the native build of this machine was not made from the wheel');
    await symlink(join(dirname(requireNative().addon), 'include'), join(folder, 'include'));
    await writeFile(join(folder, 'stamp.json'), JSON.stringify({ ...stamp, patch: 0 }));
    await rename(dirname(folder), join(dirname(folder), '..', 'tfjs-node-4.22.0-p0-linux-x64'));
    expect((await project.mlo(['backend', 'status'])).stdout).toContain('not available: it has not been installed');

    const env = {
      PIP_INDEX_URL: `http://127.0.0.1:${await freePort()}/simple`,
      PIP_FIND_LINKS: '',
      PIP_CONFIG_FILE: '/dev/null',
      CXX: await compilerThatHasBuilt(project, requireNative().addon),
    };
    const { code, stdout, stderr } = await project.mlo(['backend', 'install'], { env, timeoutMs: 240_000 });
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/native is installed: TensorFlow 2\.21\.0 from tensorflow_cpu-2\.21\.0-.*\.whl/);
    expect((await project.mlo(['repro'])).code).toBe(0);
    expect(await project.read('out.txt')).toBe('tensorflow 3');
  }, 300_000);
});

describe('where the native build is found', () => {
  it('is the user cache, so that an addon in node_modules is neither needed nor made', async () => {
    requireNative();
    const project = await createProject(STAGE);
    const { code } = await project.mlo(['repro'], { env: NATIVE_CACHE });
    expect({ code, out: await project.read('out.txt') }).toEqual({ code: 0, out: 'tensorflow 3' });
    const { data } = (await project.mlo(['backend', 'status', '--json'], { env: NATIVE_CACHE })).json();
    expect(data.backends[0].addon).not.toContain('node_modules');
  });
});

/** A compiler that gives the addon of this machine for its sources: a quarter of a minute of compiling is one test's, the one above. */
async function compilerThatHasBuilt(project: TestProject, addon: string): Promise<string> {
  await project.write({
    'bin/compiler': `#!/bin/sh
[ "$1" = --version ] && exec g++ --version
sources=0
while [ $# -gt 0 ]; do
  case "$1" in
    *.cc) [ -s "$1" ] && sources=$((sources + 1)) ;;
    -I | -L) shift; [ -d "$1" ] || exit 2 ;;
    -o) shift; target=$1 ;;
  esac
  shift
done
[ "$sources" -eq 3 ] && cp '${addon}' "$target"
`,
  });
  return project.path('bin/compiler');
}
