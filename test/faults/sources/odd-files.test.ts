import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { add } from '../../../src/app/add.ts';
import { checkout } from '../../../src/app/checkout.ts';
import { status } from '../../../src/app/status.ts';
import { verify } from '../../../src/app/verify.ts';
import { appContext, LAUNCHER, requirePeer, runCommand, skipTest } from '../../helpers/index.ts';
import { filesOf } from '../kill/states.ts';
import { faults, scratchFolder } from '../lib/index.ts';

const NOBODY = '65534';
let root: string;
const at = (path: string): string => join(root, path);

beforeEach(() => {
  root = scratchFolder();
  mkdirSync(at('.mlo'));
  writeFileSync(at('.mlo/config.yaml'), '');
  mkdirSync(at('data'));
  writeFileSync(at('data/file'), 'file');
});

async function addData(): Promise<void> {
  await add(appContext(root), { paths: ['data'], commit: true });
}

async function comesBack(): Promise<void> {
  expect((await verify(appContext(root), { quick: false, repair: false })).ok).toBe(true);
  rmSync(at('data'), { recursive: true });
  const { targets } = await checkout(appContext(root), { targets: [], force: false });
  expect(targets[0]?.error).toBeUndefined();
  expect((await status(appContext(root), { targets: [] })).upToDate).toBe(true);
}

describe('what is no file is refused by name, and nothing is tracked', () => {
  it('a FIFO', async () => {
    execFileSync('mkfifo', [at('data/a pipe')]);
    await expectRefused(/a pipe is a FIFO/);
  });

  it('a socket', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(at('data/a socket'), resolve));
    await expectRefused(/a socket is a socket/);
    server.close();
  });

  it('a device', async () => {
    try {
      execFileSync('mknod', [at('data/a device'), 'c', '1', '3'], { stdio: 'pipe' });
    } catch {
      skipTest('only root may make a device');
    }
    await expectRefused(/a device is a device/);
  });

  async function expectRefused(words: RegExp): Promise<void> {
    await expect(addData()).rejects.toMatchObject({
      code: 'MLO_FILE_TYPE',
      message: expect.stringMatching(words),
      hint: expect.any(String),
    });
    expect(statSync(at('data.mlo'), { throwIfNoEntry: false })).toBeUndefined();
    faults('odd files', 1);
  }
});

describe('what people really have on their disks is stored and comes back', () => {
  it('folders 10,000 deep', async () => {
    // Deeper than any path that the kernel takes: each step is relative.
    const script = 'import os\nfor _ in range(10000):\n os.mkdir("d"); os.chdir("d")\nopen("end","w").write("end")';
    execFileSync(requirePeer('python3'), ['-c', script], { cwd: at('data') });
    const result = await addData().then(
      () => undefined,
      (error: unknown) => error,
    );
    // The kernel takes no path beyond 4,096 bytes: an error that says so, not a crash and not a part of it.
    expect(result).toMatchObject({ code: expect.stringMatching(/^MLO_/), message: expect.stringMatching(/too long|ENAMETOOLONG/i) });
    expect(statSync(at('data.mlo'), { throwIfNoEntry: false })).toBeUndefined();
    execFileSync('rm', ['-rf', at('data')]);
    faults('odd files', 1);
  }, 120_000);

  it('a path of almost 4,096 bytes', async () => {
    let folder = at('data');
    while (folder.length < 3_900) folder = join(folder, 'x'.repeat(Math.min(200, 3_990 - folder.length)));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'deep'), 'deep');
    await addData();
    await comesBack();
    expect(readFileSync(join(folder, 'deep'), 'utf8')).toBe('deep');
    faults('odd files', 1);
  });

  it('names of all bytes, alone and together', async () => {
    const names = Array.from({ length: 255 }, (_, byte) => byte + 1).filter((byte) => byte !== 0x2f);
    for (const byte of names) writeFileSync(Buffer.concat([Buffer.from(`${at('data')}/n`), Buffer.from([byte])]), `${byte}`);
    const long = Buffer.concat([Buffer.from(`${at('data')}/`), Buffer.from(names.slice(0, 254))]);
    writeFileSync(long, 'all');
    for (const name of ['e\u0301', '\u00e9', '\u202e', '😀', ' ', '...', '-rf', 'CON', 'a\\b', '.mlo-tmp-not-ours'])
      writeFileSync(at(`data/${name}`), name);
    await addData();
    await comesBack();
    for (const byte of names)
      expect(readFileSync(Buffer.concat([Buffer.from(`${at('data')}/n`), Buffer.from([byte])]), 'utf8')).toBe(`${byte}`);
    expect(readFileSync(long, 'utf8')).toBe('all');
    faults('odd files', names.length);
  });

  it('a sparse file of 200 MB', async () => {
    const file = openSync(at('data/sparse'), 'w');
    ftruncateSync(file, 200 * 1024 * 1024);
    writeSync(file, 'in the middle', 100 * 1024 * 1024);
    closeSync(file);
    await addData();
    const before = filesOf(at('data'));
    await comesBack();
    expect(filesOf(at('data'))).toEqual(before);
    faults('odd files', 1);
  }, 120_000);
});

describe('another user', () => {
  it('who may not read a file is told which, and nothing is tracked', async () => {
    const setpriv = requirePeer('setpriv');
    if (process.getuid?.() !== 0) skipTest('only root may become another user');
    writeFileSync(at('data/secret'), 'secret');
    chmodSync(at('data/secret'), 0o600);
    execFileSync('chmod', ['-R', 'a+rwX', root]);
    chmodSync(at('data/secret'), 0o600);
    const result = await asNobody(setpriv, ['add', 'data', '--json']);
    expect(result.code, result.stderr).not.toBe(0);
    expect(result.json().error).toMatchObject({ message: expect.stringMatching(/secret/), hint: expect.any(String) });
    expect(statSync(at('data.mlo'), { throwIfNoEntry: false })).toBeUndefined();
    faults('another user', 1);
  });

  it('who may not write to the cache or the folder is told so; the files stay as they are', async () => {
    const setpriv = requirePeer('setpriv');
    if (process.getuid?.() !== 0) skipTest('only root may become another user');
    await addData();
    writeFileSync(at('data/file'), 'edited');
    chmodSync(root, 0o755);
    for (const args of [['add', 'data'], ['checkout', '--force'], ['commit'], ['gc', '--force']]) {
      const result = await asNobody(setpriv, [...args, '--json']);
      expect(result.code, `${args.join(' ')}: ${result.stdout}`).not.toBe(0);
      expect(result.json().error?.code, args.join(' ')).not.toBe('MLO_INTERNAL');
      expect(readFileSync(at('data/file'), 'utf8')).toBe('edited');
      faults('another user', 1);
    }
    expect((await verify(appContext(root), { quick: false, repair: false })).ok).toBe(true);
  });

  async function asNobody(setpriv: string, args: readonly string[]): ReturnType<typeof runCommand> {
    const who = ['--reuid', NOBODY, '--regid', NOBODY, '--clear-groups'];
    return await runCommand(setpriv, [...who, process.execPath, LAUNCHER, ...args], {
      cwd: root,
      env: { PATH: process.env['PATH'], HOME: root },
    });
  }
});
