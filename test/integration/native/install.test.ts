import { readdirSync } from 'node:fs';
import { copyFile, cp, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  createProject,
  findProgram,
  NATIVE_CACHE,
  REPOSITORY,
  requireNative,
  requirePeer,
  skipTest,
  temporaryFolder,
  type ProjectFiles,
  type TestProject,
} from '../../helpers/index.ts';
import { freePort } from '../../helpers/free-port.ts';
import { stage } from './native-project.ts';

const STAGE: ProjectFiles = {
  '.mlo/config.yaml': '',
  'stages/train.ts': stage(`writeFileSync(outs.out, [tf.getBackend(), tf.scalar(1).add(2).dataSync()[0]].join(' '));`),
  'pipeline.yaml': 'stages:\n  train: {run: stages/train.ts, outs: {out: out.txt}}\n',
};

/** A PATH that has nothing but these programs. */
async function pathWith(...programs: readonly string[]): Promise<string> {
  const folder = await temporaryFolder();
  for (const name of ['node', 'sh', 'env', ...programs]) {
    const program = name === 'node' ? process.execPath : findProgram(name);
    if (program !== undefined) await symlink(program, join(folder, name));
  }
  return folder;
}

/** What the user sees of an installation that cannot be; that it has left nothing; that stages go on with wasm. */
async function refusedInstall(project: TestProject, env: { readonly [name: string]: string }, args: readonly string[] = []) {
  const { code, stderr } = await project.mlo(['backend', 'install', ...args], { env });
  expect(readdirSync(project.home)).not.toContain('.cache/mlo');
  const repro = await project.mlo(['repro']);
  expect({ code: repro.code, said: await project.read('out.txt') }).toEqual({ code: 0, said: 'wasm 3' });
  return { code, stderr };
}

describe('mlo backend install, where something is missing', () => {
  it('without a C++ compiler names it and the package to install', async () => {
    requirePeer('python3');
    const project = await createProject(STAGE);
    const { code, stderr } = await refusedInstall(project, { PATH: await pathWith('python3') });
    expect(code).toBe(1);
    expect(stderr).toContain('nothing was changed; stages go on with wasm');
    expect(stderr).toContain('- No C++ compiler was found (g++, c++ or clang++)');
    expect(stderr).toContain('hint: apt-get install g++');
  });

  it('without Python names pip; with neither, both at once', async () => {
    const project = await createProject(STAGE);
    const noPython = await refusedInstall(project, { PATH: await pathWith('g++') });
    expect(noPython.stderr).toContain('- Neither python3 with pip nor pip was found: pip downloads the TensorFlow wheel');
    expect(noPython.stderr).not.toContain('C++');
    const { stderr } = await project.mlo(['backend', 'install'], { env: { PATH: await pathWith() } });
    expect(stderr).toMatch(/No C\+\+ compiler[\s\S]*Neither python3/);
    expect(stderr).toContain('hint: apt-get install g++, then apt-get install python3-pip');
  });

  it('tells of a Python that is there and cannot run, as a shim that is found by a link and whose interpreter is not in PATH', async () => {
    requirePeer('g++');
    const project = await createProject({ ...STAGE, 'shims/python3': '#!/usr/bin/env no-such-shell\n' });
    const path = await pathWith('g++');
    await symlink(project.path('shims/python3'), join(path, 'python3'));
    const { code, stderr } = await refusedInstall(project, { PATH: path });
    expect(code).toBe(1);
    expect(stderr).toContain('Neither python3 with pip nor pip was found');
    expect(stderr).toMatch(/\/python3 is there, but of no use: .*no-such-shell/);
    const asked = await project.mlo(['backend', 'install', '--from-python'], { env: { PATH: path } });
    expect(asked.stderr).toMatch(/- .*\/python3 is there, but of no use: .*no-such-shell/);
  });

  it('takes the next Python in PATH where the first cannot run', async () => {
    requirePeer('python3');
    const broken = '#!/usr/bin/env no-such-shell\n';
    const names = ['python3', 'python', 'pip3', 'pip'];
    const project = await createProject({ ...STAGE, ...Object.fromEntries(names.map((name) => [`shims/${name}`, broken])) });
    const env = { PATH: `${project.path('shims')}:${process.env['PATH'] ?? ''}`, CXX: 'no-such-compiler' };
    const { stderr } = await refusedInstall(project, env);
    expect(stderr).toContain('The C++ compiler that CXX names was not found: no-such-compiler');
    expect(stderr).not.toContain('python');
  });

  it('takes the Python of a virtual environment by a link to it, with the packages of that environment', async () => {
    requirePeer('python3');
    const project = await createProject(STAGE);
    const venv = await project.run('python3', ['-m', 'venv', '--without-pip', 'venv']);
    expect({ code: venv.code, stderr: venv.stderr }).toEqual({ code: 0, stderr: '' });
    const made = readdirSync(project.path('venv/lib')).map((name) => `venv/lib/${name}/site-packages/tensorflow/__init__.py`);
    await project.write(Object.fromEntries(made.map((path) => [path, ''])));
    const path = await pathWith('g++');
    await symlink(project.path('venv/bin/python3'), join(path, 'python3'));
    const { stderr } = await project.mlo(['backend', 'install', '--from-python'], { env: { PATH: path } });
    expect(stderr).toMatch(/venv\/lib\/.*\/tensorflow is not a whole TensorFlow: it lacks libtensorflow_cc/);
  });

  it('without network says so, with what pip says, and leaves nothing behind', async () => {
    requirePeer('g++');
    requirePeer('python3');
    const project = await createProject(STAGE);
    const index = `http://127.0.0.1:${await freePort()}/simple`;
    const env = { PIP_INDEX_URL: index, PIP_FIND_LINKS: '', PIP_CONFIG_FILE: '/dev/null' };
    const { code, stderr } = await refusedInstall(project, env);
    expect(code).toBe(1);
    expect(stderr).toContain('TensorFlow could not be downloaded, and nothing was changed; stages go on with wasm');
    expect(stderr).toMatch(/no network: Failed to establish a new connection/);
    expect(readdirSync(join(project.home, '.cache'), { recursive: true })).not.toContainEqual(expect.stringContaining('native'));
  });

  it('says what a folder or a Python lacks', async () => {
    const project = await createProject({ ...STAGE, 'tf/libtensorflow_cc.so.2': '' });
    const { stderr } = await project.mlo(['backend', 'install', '--lib', 'tf']);
    expect(stderr).toMatch(/tf is not a whole TensorFlow: it lacks libtensorflow_framework\.so\.2, include\/tensorflow\/c\/c_api\.h/);
    const python = await project.mlo(['backend', 'install', '--from-python', 'no-such-python']);
    expect(python.stderr).toContain('- no-such-python was not found');
    expect((await project.mlo(['backend', 'install', '--lib', 'tf', '--from-python'])).code).toBe(2);
  });

  it('a stage that pins native is told before anything runs, with what to type', async () => {
    const project = await createProject({
      ...STAGE,
      'pipeline.yaml': 'stages:\n  train: {run: stages/train.ts, backend: native, outs: {out: out.txt}}\n',
    });
    const { code, stderr } = await project.mlo(['repro']);
    expect(code).toBe(1);
    expect(stderr).toContain("error[MLO_BACKEND]: Stage 'train': backend 'native' cannot be used here: it has not been installed");
    expect(stderr).toContain('mlo backend install');
  });

  it('a configured native that is not there is a warning in the output of the stage, and wasm', async () => {
    const project = await createProject(STAGE);
    const use = await project.mlo(['backend', 'use', 'native']);
    expect(use.stdout).toContain('runtime.backend is now native');
    expect(use.stdout).toContain('run on wasm here');
    const { stderr } = await project.mlo(['repro']);
    expect(stderr).toContain('mlo: TensorFlow.js runs on wasm, because native cannot be used: it has not been installed');
    expect(await project.read('out.txt')).toBe('wasm 3');
  });
});

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

    const env = { PIP_INDEX_URL: `http://127.0.0.1:${await freePort()}/simple`, PIP_FIND_LINKS: '', PIP_CONFIG_FILE: '/dev/null' };
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

describe('npm ci after mlo backend install', () => {
  it('makes node_modules anew, and the addon comes from the cache: nothing is built, and the same stage trains natively', async () => {
    requireNative();
    const project = await createProject(STAGE);
    const checkout = await createProject();
    for (const name of ['bin', 'src', 'schema', 'package.json']) await cp(join(REPOSITORY, name), checkout.path(name), { recursive: true });
    const repro = async (): Promise<string> => {
      const options = { env: { ...NATIVE_CACHE, PATH: await pathWith(), NODE_OPTIONS: '' } };
      const { code, stderr } = await project.run(
        process.execPath,
        [checkout.path('bin/mlo.js'), 'repro', '--force', '--no-run-cache'],
        options,
      );
      expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
      return await project.read('out.txt');
    };
    await freshModules(checkout);
    expect(await repro()).toBe('tensorflow 3');
    // What npm ci does first.
    await rm(checkout.path('node_modules'), { recursive: true });
    const tfjsNode = await freshModules(checkout);
    expect(await repro()).toBe('tensorflow 3');
    expect(readdirSync(tfjsNode)).not.toEqual(expect.arrayContaining(['lib', 'build', 'deps']));
  }, 120_000);
});

/** As `npm ci` lays it out, by links for what is the same on every machine: tfjs-node as its tarball has it, without an addon or libraries. Returns its folder. */
async function freshModules(checkout: TestProject): Promise<string> {
  const from = join(REPOSITORY, 'node_modules');
  await mkdir(checkout.path('node_modules/@tensorflow'), { recursive: true });
  for (const name of readdirSync(from))
    if (name !== '@tensorflow' && name !== 'mlo-cli') await symlink(join(from, name), checkout.path('node_modules', name));
  for (const name of readdirSync(join(from, '@tensorflow')))
    if (name !== 'tfjs-node') await symlink(join(from, '@tensorflow', name), checkout.path('node_modules/@tensorflow', name));
  const made = ['lib', 'build', 'deps', 'node_modules'].map((name) => join(from, '@tensorflow/tfjs-node', name));
  const tfjsNode = checkout.path('node_modules/@tensorflow/tfjs-node');
  await cp(join(from, '@tensorflow/tfjs-node'), tfjsNode, { recursive: true, filter: (path) => !made.includes(path) });
  return tfjsNode;
}

/** The build of this machine in the cache of the project's user: a copy of the addon, links to the libraries. */
async function lendBuild(project: TestProject): Promise<string> {
  const from = dirname(requireNative().addon);
  const builds = join(project.home, '.cache', 'mlo', 'native', basename(dirname(from)));
  const folder = join(builds, 'lent');
  await mkdir(folder, { recursive: true });
  for (const name of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']) await symlink(join(from, name), join(folder, name));
  for (const name of ['tfjs_binding.node', 'stamp.json']) await copyFile(join(from, name), join(folder, name));
  await writeFile(join(builds, 'current.json'), JSON.stringify({ folder: 'lent' }));
  return folder;
}
