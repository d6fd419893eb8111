import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { networkFileSystem } from '../../../src/fs/network-file-system.ts';
import { openTracking } from '../../../src/tracking/open.ts';
import { errorOf } from '../../contract/tracking/records.ts';
import { requirePeer, skipTest } from '../../helpers/index.ts';
import { faults, scratchFolder } from '../lib/index.ts';

const SERVER = join(import.meta.dirname, 'fuse-server.ts');
let mounted: { readonly folder: string; readonly server: ChildProcess } | undefined;

afterEach(async () => {
  if (mounted === undefined) return;
  const { folder, server } = mounted;
  mounted = undefined;
  const ended = once(server, 'exit');
  execFileSync('umount', ['-l', folder]);
  server.kill('SIGKILL');
  await ended;
});

/** The folder, with a file system of that type mounted on it. */
async function mount(type: string): Promise<string> {
  requirePeer('mount');
  const folder = join(scratchFolder(), 'mounted');
  mkdirSync(folder);
  const server = spawn(process.execPath, [SERVER, folder, type], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ready = await Promise.race([once(server.stdout, 'data').then(() => true), once(server, 'exit').then(() => false)]);
  if (!ready) skipTest('this machine does not let us mount');
  mounted = { folder, server };
  return folder;
}

it('a database on a mounted sshfs is refused, and nothing is tried on it', async () => {
  const path = join(await mount('fuse.sshfs'), 'project', '.mlo', 'tracking.db');
  const error = errorOf(() => openTracking({ path }));
  expect(error).toMatchObject({ code: 'MLO_TRACKING', hint: expect.stringContaining('tracking.path') });
  expect(error.message).toContain('fuse.sshfs');
  const reader = openTracking({ path, readOnly: true });
  expect(reader.list()).toEqual([]);
  reader.close();
  faults('a network file system', 1);
});

it('a file system under FUSE that is local is none', async () => {
  expect(networkFileSystem(join(await mount('fuse.bindfs'), 'tracking.db'))).toBeUndefined();
});
