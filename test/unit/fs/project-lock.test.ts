import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { ownIdentity } from '../../../src/fs/process-identity.ts';
import { acquireLock, readLock } from '../../../src/fs/project-lock.ts';
import { injecting, requirePeer, runCommand, startCommand, temporaryFolder } from '../../helpers/index.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await temporaryFolder('mlo-lock-');
  path = join(folder, '.mlo', 'lock');
});

const command = 'mlo repro';
const WORKER = fileURLToPath(new URL('lock-worker.ts', import.meta.url));

/** The id of a process that has ended. */
function deadPid(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

function leave(holder: object): void {
  mkdirSync(join(folder, '.mlo'), { recursive: true });
  writeFileSync(path, JSON.stringify({ ...ownIdentity(), command: 'mlo add data', since: '2026-01-02T03:04:05.678Z', ...holder }));
}

describe('project lock', () => {
  it('has one holder; another one is told who it is', async () => {
    const held = await acquireLock(path, { command });
    const error = await acquireLock(path, { command: 'mlo add' }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'MLO_LOCKED',
      details: { pid: process.pid, host: hostname(), command, since: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) },
    });
    expect((error as Error).message).toMatch(new RegExp(`mlo repro.*process ${process.pid} on`));
    held.release();
    (await acquireLock(path, { command: 'mlo add' })).release();
  });

  it('leaves nothing behind', async () => {
    (await acquireLock(path, { command })).release();
    expect(readdirSync(join(folder, '.mlo'))).toEqual([]);
  });

  it('is read without blocking', async () => {
    expect(readLock(path)).toBeUndefined();
    const held = await acquireLock(path, { command });
    expect(readLock(path)).toMatchObject({ pid: process.pid, command });
    held.release();
    expect(readLock(path)).toBeUndefined();
  });

  it('is waited for', async () => {
    const held = await acquireLock(path, { command });
    const second = acquireLock(path, { command: 'mlo add', waitMs: 20_000 });
    held.release();
    (await second).release();
  });

  it('is waited for only so long', async () => {
    const held = await acquireLock(path, { command });
    await expect(acquireLock(path, { command, waitMs: 120 })).rejects.toMatchObject({
      code: 'MLO_LOCKED',
      message: expect.stringContaining('waited 0.1 s'),
    });
    held.release();
  });

  it('is no longer waited for after Ctrl-C', async () => {
    const held = await acquireLock(path, { command });
    const controller = new AbortController();
    const waiting = acquireLock(path, { command, waitMs: 60_000, signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'MLO_INTERRUPTED' });
    held.release();
  });

  it('of a dead process is taken over, and is nobody to readers', async () => {
    leave({ pid: deadPid(), startTicks: undefined });
    expect(readLock(path)).toBeUndefined();
    const held = await acquireLock(path, { command });
    expect(readLock(path)).toMatchObject({ pid: process.pid, command });
    held.release();
    expect(readdirSync(join(folder, '.mlo'))).toEqual([]);
  });

  it.runIf(existsSync('/proc/self/stat'))('of a dead process whose id is in use again is taken over', async () => {
    leave({ pid: process.pid, startTicks: '1' });
    (await acquireLock(path, { command })).release();
    leave({ pid: process.pid, boot: 'another boot' });
    (await acquireLock(path, { command })).release();
  });

  it('of a live process is not, nor one of another host or another container', async () => {
    for (const holder of [{ pid: process.pid }, { pid: deadPid(), host: 'elsewhere' }, { pid: deadPid(), pidNamespace: 'pid:[1]' }]) {
      leave(holder);
      await expect(acquireLock(path, { command }), JSON.stringify(holder)).rejects.toMatchObject({ code: 'MLO_LOCKED' });
    }
  });

  it('that cannot be read is respected while it is young, and taken over when it is old', async () => {
    mkdirSync(join(folder, '.mlo'));
    writeFileSync(path, '');
    await expect(acquireLock(path, { command })).rejects.toMatchObject({ code: 'MLO_LOCKED' });
    utimesSync(path, 1000, 1000);
    (await acquireLock(path, { command })).release();
  });

  it('that somebody deleted and another process holds now is not released by the first holder', async () => {
    const first = await acquireLock(path, { command });
    leave({ pid: process.pid, command: 'mlo gc' });
    first.release();
    expect(readLock(path)).toMatchObject({ command: 'mlo gc' });
  });

  it('is never held by two, also when many take over a dead one, one of them dead while taking over', async () => {
    leave({ pid: deadPid(), startTicks: undefined });
    writeFileSync(`${path}.takeover`, readFileSync(path));
    writeFileSync(join(folder, 'counter'), '0');
    const results = await Promise.all(
      Array.from({ length: 5 }, () =>
        runCommand(process.execPath, [WORKER, path, join(folder, 'counter'), '20'], { cwd: folder, env: process.env }),
      ),
    );
    expect(results.map((result) => result.code + result.stderr)).toEqual(['0', '0', '0', '0', '0']);
    expect(readFileSync(join(folder, 'counter'), 'utf8')).toBe('100');
  });

  it('cannot be taken over by a second process while a first one is taking it over', async () => {
    const strace = requirePeer('strace');
    leave({ pid: deadPid(), startTicks: undefined });
    const counter = join(folder, 'counter');
    writeFileSync(counter, '0');
    // The fourth rename of a take-over is the one that replaces the dead lock; it is held up for two seconds.
    const slowly = [...injecting('rename', 'delay_enter=2000000:when=4', { threads: false }), process.execPath];
    const first = startCommand(strace, [...slowly, WORKER, path, counter, '1'], { cwd: folder, env: process.env });
    await expect.poll(() => existsSync(`${path}.takeover`), { timeout: 20_000 }).toBe(true);
    const second = startCommand(process.execPath, [WORKER, path, 'hold'], { cwd: folder, env: process.env });
    await second.waitFor('held');
    expect(readFileSync(counter, 'utf8')).toBe('1');
    second.signalGroup('SIGKILL');
    expect((await first.ended).code).toBe(0);
  });

  it('of a killed process is taken over', async () => {
    const child = spawn(process.execPath, [WORKER, path, 'hold'], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    expect(readLock(path)?.pid).toBe(child.pid);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    (await acquireLock(path, { command })).release();
  });
});
