import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { directoryRemote } from '../../../src/remote/directory/directory-remote.ts';
import { takeLease, type RemoteLease } from '../../../src/remote/leases.ts';
import { temporaryFolder } from '../../helpers/index.ts';

afterEach(() => void vi.useRealTimers());

/** The same lease an hour later, by the clock of this machine: who counts on it has to show first that it is alive. */
async function oldLease(): Promise<{ readonly folder: string; readonly lease: RemoteLease }> {
  const folder = await temporaryFolder();
  vi.useFakeTimers({ toFake: ['Date'] });
  const lease = await takeLease(directoryRemote(folder), 'push', { command: 'mlo push', waitMs: 0 });
  vi.setSystemTime(Date.now() + 60 * 60_000);
  return { folder, lease };
}

function leasesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.startsWith('leases/'));
}

/** Nothing can be put and nothing deleted while `work` runs. */
async function withoutLeases(folder: string, work: () => Promise<void>): Promise<void> {
  const [leases, aside] = [join(folder, 'leases'), join(folder, 'aside')];
  renameSync(leases, aside);
  writeFileSync(leases, 'no folder');
  await work();
  rmSync(leases);
  renameSync(aside, leases);
}

describe('a lease of a remote that could not be renewed once', () => {
  it('is taken away all the same when the work has ended', async () => {
    const { folder, lease } = await oldLease();
    await withoutLeases(folder, async () => {
      await expect(lease.confirm()).rejects.toMatchObject({ code: 'MLO_REMOTE' });
    });
    expect(leasesIn(folder)).toHaveLength(1);
    await lease.release();
    expect(leasesIn(folder)).toEqual([]);
  });

  it('is renewed by the next who counts on it', async () => {
    const { folder, lease } = await oldLease();
    const [before] = leasesIn(folder);
    await withoutLeases(folder, async () => {
      await expect(lease.confirm()).rejects.toMatchObject({ code: 'MLO_REMOTE' });
    });
    await lease.confirm();
    expect(leasesIn(folder)).toHaveLength(1);
    expect(leasesIn(folder)).not.toEqual([before]);
    await lease.release();
  });
});

it('a lease of which nobody knows whether it arrived is taken away', async () => {
  const folder = await temporaryFolder();
  const remote = directoryRemote(folder);
  const put = remote.put.bind(remote);
  remote.put = async (key, body) => {
    await put(key, body);
    throw new Error('the answer got lost');
  };
  await expect(takeLease(remote, 'push', { command: 'mlo push', waitMs: 0 })).rejects.toThrow('the answer got lost');
  expect(leasesIn(folder)).toEqual([]);
});

it('a lease that others took away is not held again because the look for it failed once', async () => {
  const folder = await temporaryFolder();
  const remote = directoryRemote(folder);
  vi.useFakeTimers({ toFake: ['Date'] });
  const lease = await takeLease(remote, 'push', { command: 'mlo push', waitMs: 0 });
  vi.setSystemTime(Date.now() + 60 * 60_000);
  rmSync(join(folder, 'leases'), { recursive: true });
  const stat = remote.stat.bind(remote);
  remote.stat = async () => {
    throw new Error('the connection broke');
  };
  await expect(lease.confirm()).rejects.toThrow('the connection broke');
  remote.stat = stat;
  await expect(lease.confirm()).rejects.toThrow('was taken for dead');
  await lease.release();
  expect(leasesIn(folder)).toEqual([]);
});
