import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { doctor, type DoctorCheck, type DoctorData } from '../../../src/app/doctor.ts';
import { init } from '../../../src/app/init.ts';
import { tryLock } from '../../../src/fs/project-lock.ts';
import { appContext, createProject, injecting, LAUNCHER, requirePeer, temporaryFolder } from '../../helpers/index.ts';

async function newProject(): Promise<string> {
  const root = await temporaryFolder();
  await init(appContext(root), { template: 'default', git: false });
  return root;
}

function check(data: DoctorData, name: string): DoctorCheck {
  const found = data.checks.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no check is called ${name}`);
  return found;
}

describe('doctor', () => {
  it('finds a new project in good health', async () => {
    const root = await newProject();
    const data = await doctor(appContext(root));
    expect(data.checks.filter(({ status }) => status === 'fail')).toEqual([]);
    expect(data.ok).toBe(true);
    expect(data.checks.map(({ name }) => name).join(' ')).toBe(
      'node platform git sqlite blake3 sharp tensorflow tensorflow-native config cache space tracking lock pipeline',
    );
    expect(check(data, 'pipeline').message).toBe('3 stages');
    expect(check(data, 'tensorflow').message).toContain('@tensorflow/tfjs 4.22.0');
  });

  it.each([
    [
      'says why it is of no use',
      'echo "xcrun: note" >&2; echo "xcrun: error: no developer tools" >&2; exit 1',
      'xcrun: error: no developer tools',
    ],
    ['says nothing', 'exit 1', 'Command failed: git --version'],
  ])('warns of a git that is there and %s', async (_what, script, reason) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'git'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const project = await createProject();
    const { code, json } = await project.mlo(['doctor', '--json'], { env: { PATH: `${folder}:${process.env['PATH']}` } });
    expect(check(json().data, 'git')).toMatchObject({ status: 'warn', message: `git does not work: ${reason}` });
    expect(code).toBe(0);
  });

  it('leaves nothing behind', async () => {
    const project = await createProject({}, { git: true });
    await init(appContext(project.root), { template: 'default', git: false });
    await project.git('add', '--all');
    await project.git('commit', '--quiet', '--message=project');
    await doctor(appContext(project.root));
    expect(await project.git('status', '--porcelain', '--ignored', '--', ':!.mlo/state')).toBe('');
  });

  it('looks at the machine alone outside a project', async () => {
    const data = await doctor(appContext(await temporaryFolder()));
    expect(check(data, 'project')).toMatchObject({ status: 'warn', fix: 'mlo init' });
    expect(data.ok).toBe(true);
  });

  it('says where a broken pipeline is wrong', async () => {
    const root = await newProject();
    await writeFile(join(root, 'pipeline.yaml'), 'stages:\n  a:\n    cmd: x\n    dps: [y]\n');
    const data = await doctor(appContext(root));
    expect(data.ok).toBe(false);
    expect(check(data, 'pipeline')).toMatchObject({ status: 'fail', message: expect.stringContaining('pipeline.yaml:4:5') });
  });

  it('says where a broken configuration is wrong, and how to mend it', async () => {
    const root = await newProject();
    await writeFile(join(root, '.mlo/config.yaml'), 'cache:\n  dri: x\n');
    expect(check(await doctor(appContext(root)), 'config')).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('config.yaml:2:3'),
      fix: 'Did you mean cache.dir?',
    });
  });

  it('fails on a cache folder that cannot be written', async () => {
    const root = await newProject();
    await writeFile(join(root, 'file'), '');
    const data = await doctor(appContext(root, { MLO_CACHE_DIR: join(root, 'file') }));
    expect(check(data, 'cache')).toMatchObject({ status: 'fail', fix: expect.stringContaining('cache.dir') });
    expect(data.ok).toBe(false);
  });

  it('fails on a cache folder and a temporary folder without permission', async () => {
    // The system refuses, not the mode of the folder: that does not stop root.
    const strace = requirePeer('strace');
    const project = await createProject({ '.mlo/config.yaml': '', '.mlo/cache/.keep': '' });
    const inject = injecting('mkdir', 'error=EACCES');
    const result = await project.run(strace, [...inject, process.execPath, LAUNCHER, 'doctor', '--json']);
    expect(result.code).not.toBe(0);
    const { data } = result.json<{ data: DoctorData }>();
    expect(check(data, 'cache')).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(/\.mlo\/cache cannot be written: .*EACCES/),
      fix: expect.stringContaining('cache.dir'),
    });
    expect(data.checks.filter(({ status }) => status === 'fail').map(({ name }) => name)).toEqual(
      expect.arrayContaining(['cache', 'sqlite']),
    );
  });

  it('asks for space where the disk is full, and says how much is free', async () => {
    const strace = requirePeer('strace');
    const project = await createProject({ '.mlo/config.yaml': '', '.mlo/cache/.keep': '' });
    const inject = injecting('mkdir', 'error=ENOSPC');
    const { data } = (await project.run(strace, [...inject, process.execPath, LAUNCHER, 'doctor', '--json'])).json<{ data: DoctorData }>();
    expect(check(data, 'cache')).toMatchObject({ status: 'fail', fix: expect.stringMatching(/^Free some space, .*cache\.dir/) });
    expect(check(data, 'space').message).toContain('GiB free');
  });

  it('tells who is writing', async () => {
    const root = await newProject();
    const lock = tryLock(join(root, '.mlo/lock'), 'mlo repro --force');
    try {
      expect(check(await doctor(appContext(root)), 'lock')).toMatchObject({
        status: 'warn',
        message: expect.stringContaining('mlo repro --force'),
      });
    } finally {
      lock?.release();
    }
  });
});
