import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { exclusiveAccess, sharedAccess, writersOf } from '../../../src/cache/sharing/access.ts';
import { cacheUsers, registerProject } from '../../../src/cache/sharing/projects.ts';
import { runCommand, startCommand, temporaryFolder, type RunningCommand } from '../../helpers/index.ts';

const WORKER = fileURLToPath(new URL('access-worker.ts', import.meta.url));
let cacheDir: string;

beforeEach(async () => {
  cacheDir = join(await temporaryFolder('mlo-share-'), 'cache');
});

const options = { command: 'mlo test', root: '/some/project' };

function worker(role: string, ...args: readonly string[]): RunningCommand {
  return startCommand(process.execPath, [WORKER, role, cacheDir, ...args], { cwd: '/', env: process.env, timeoutMs: 120_000 });
}

async function holding(role: 'hold-lease' | 'hold-lock'): Promise<RunningCommand> {
  const process = worker(role);
  await process.waitFor('held');
  return process;
}

async function kill(held: RunningCommand): Promise<void> {
  held.signalGroup('SIGKILL');
  await held.ended;
}

describe('the cache is written by many and emptied by one', () => {
  it('six writers and two deleters at once, each a process: nothing that is relied on goes', async () => {
    mkdirSync(join(cacheDir, 'relied-on'), { recursive: true });
    const log = join(cacheDir, 'log');
    const all = [
      ...Array.from({ length: 6 }, () => worker('write', '150', log)),
      ...Array.from({ length: 2 }, () => worker('remove', '40', log)),
    ];
    for (const { ended } of all) expect((await ended).code).toBe(0);
    expect(readFileSync(log, 'utf8').split('\n').toSorted().join(' ').trim()).toBe(
      'remove done remove done write done write done write done write done write done write done',
    );
    expect([writersOf(cacheDir), readdirSync(join(cacheDir, 'leases'))]).toEqual([[], []]);
  }, 120_000);

  it('writers do not wait for each other; a deleter names one of them', async () => {
    const other = await holding('hold-lease');
    (await sharedAccess(cacheDir, options)).release();
    const error = await exclusiveAccess(cacheDir, { ...options, waitMs: 0 }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'MLO_LOCKED',
      message: expect.stringContaining(`\`mlo hold-lease\` (process ${other.child.pid}`),
      details: { pid: other.child.pid, command: 'mlo hold-lease', root: cacheDir },
    });
    await kill(other);
  });

  it('a writer names the deleter that it cannot wait for', async () => {
    const deleter = await holding('hold-lock');
    await expect(sharedAccess(cacheDir, { ...options, waitMs: 60 })).rejects.toMatchObject({
      code: 'MLO_LOCKED',
      message: expect.stringMatching(/`mlo hold-lock` \(process \d+ .* is deleting from the cache .*waited 0\.1 s$/),
    });
    expect(readdirSync(join(cacheDir, 'leases'))).toEqual([]);
    await kill(deleter);
  });

  it('each waits for the other as long as it is told to', async () => {
    const writer = await sharedAccess(cacheDir, options);
    const other = startCommand(process.execPath, [WORKER, 'remove', cacheDir, '1', join(cacheDir, 'log')], { cwd: '/', env: process.env });
    mkdirSync(join(cacheDir, 'relied-on'), { recursive: true });
    const stopped = other.ended.then(() => 'ended');
    expect(await Promise.race([stopped, sharedOnce()])).not.toBe('ended');
    writer.release();
    expect((await other.ended).code).toBe(0);
  });

  it('what killed processes have left is taken away, on both sides', async () => {
    await kill(await holding('hold-lease'));
    (await exclusiveAccess(cacheDir, { ...options, waitMs: 0 })).release();
    expect(readdirSync(join(cacheDir, 'leases'))).toEqual([]);
    await kill(await holding('hold-lock'));
    (await sharedAccess(cacheDir, { ...options, waitMs: 0 })).release();
    (await exclusiveAccess(cacheDir, { ...options, waitMs: 0 })).release();
    expect(readdirSync(cacheDir).toSorted()).toEqual(['leases']);
  });

  it('a lease that is being written counts; one of another host too', async () => {
    mkdirSync(join(cacheDir, 'leases'), { recursive: true });
    for (const text of ['', '{"pid":1,"host":"elsewhere","command":"mlo add","since":"2026-01-01T00:00:00Z","root":"/p"}']) {
      writeFileSync(join(cacheDir, 'leases', 'x.json'), text);
      await expect(exclusiveAccess(cacheDir, { ...options, waitMs: 0 })).rejects.toMatchObject({ code: 'MLO_LOCKED' });
      rmSync(join(cacheDir, 'leases', 'x.json'));
    }
  });

  it('Ctrl-C ends the waiting', async () => {
    const deleter = await holding('hold-lock');
    const controller = new AbortController();
    const waiting = sharedAccess(cacheDir, { ...options, waitMs: 60_000, signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'MLO_INTERRUPTED' });
    await kill(deleter);
  });
});

describe('who uses a cache is written in it', () => {
  it('once for each project, and the project that it lies in without a file', async () => {
    const own = join(await temporaryFolder(), 'project');
    const inside = join(own, '.mlo', 'cache');
    mkdirSync(inside, { recursive: true });
    registerProject(inside, own);
    for (const root of ['/elsewhere/a', '/elsewhere/b', '/elsewhere/a']) registerProject(inside, root);
    expect(cacheUsers(inside)).toMatchObject({
      users: [
        { root: '/elsewhere/a', isThere: false },
        { root: '/elsewhere/b', isThere: false },
        { root: own, isThere: true },
      ].toSorted((a, b) => (a.root < b.root ? -1 : 1)),
      unreadable: [],
    });
    writeFileSync(join(inside, 'projects', 'odd.json'), '{');
    expect(cacheUsers(inside).unreadable).toEqual([join(inside, 'projects', 'odd.json')]);
  });
});

/** A command that starts and ends while a deleter waits: itself refused or done, in any case over. */
async function sharedOnce(): Promise<string> {
  const { code } = await runCommand(process.execPath, ['-e', ''], { cwd: '/', env: process.env });
  return `other ${code}`;
}
