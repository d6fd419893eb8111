import { existsSync, readdirSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freePort } from '../../helpers/free-port.ts';
import { createProject, requirePeer, type TestProject } from '../../helpers/index.ts';
import { pathWith, STAGE } from './install-project.ts';

/** What the user sees of an installation that cannot be; that it has left nothing. */
async function refusedInstall(project: TestProject, env: { readonly [name: string]: string }) {
  const { code, stderr } = await project.mlo(['backend', 'install'], { env });
  const left = existsSync(join(project.home, '.cache')) ? readdirSync(join(project.home, '.cache'), { recursive: true }) : [];
  expect(left).not.toContainEqual(expect.stringContaining('native'));
  return { code, stderr };
}

async function stagesRunOnWasm(project: TestProject): Promise<void> {
  const repro = await project.mlo(['repro']);
  expect({ code: repro.code, said: await project.read('out.txt') }).toEqual({ code: 0, said: 'wasm 3' });
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
    await stagesRunOnWasm(project);
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
    await stagesRunOnWasm(project);
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
