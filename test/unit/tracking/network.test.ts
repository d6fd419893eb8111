import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { networkFileSystem, type FileSystemFacts } from '../../../src/fs/network-file-system.ts';
import { openTracking } from '../../../src/tracking/open.ts';
import { errorOf, newRun } from '../../contract/tracking/records.ts';

const MOUNTS = `21 28 0:19 / / rw,relatime - ext4 /dev/vda1 rw
45 21 0:40 / /mnt/data rw - fuse.sshfs me@host: rw
46 45 0:41 / /mnt/data/local rw - fuse.mergerfs a:b rw
47 21 0:42 / /mnt/with\\040space rw - fuse.rclone remote: rw
48 21 8:17 / /mnt/stick rw - fuseblk /dev/sdb1 rw
49 21 0:43 / /mnt/da rw - fuse.bindfs /x rw`;

function facts(type: number, missing: readonly string[] = []): FileSystemFacts {
  return {
    typeOf: (path) => {
      if (missing.includes(path)) throw Object.assign(new Error('ENOENT'), { code: 'ENOENT', errno: -2, syscall: 'statfs' });
      return type;
    },
    mounts: () => MOUNTS,
  };
}

describe('network file systems', () => {
  it.each([
    [0x6969, 'NFS'],
    [0xff534d42, 'CIFS'],
    [0xff534d42 | 0, 'CIFS'],
    [0xfe534d42, 'SMB'],
    [0x01021997, '9P'],
    [0x0bd00bd0, 'Lustre'],
    [0x00c36400, 'Ceph'],
    [0x47504653, 'GPFS'],
  ])('of type %i are known as %s', (type, name) => {
    expect(networkFileSystem('/home/me/.mlo/tracking.db', facts(type))).toBe(name);
  });

  it.each([
    ['ext4', 0xef53],
    ['tmpfs', 0x01021994],
    ['overlayfs', 0x794c7630],
    ['btrfs', 0x9123683e],
    ['xfs', 0x58465342],
    ['zfs', 0x2fc12fc1],
  ])('do not include %s', (_, type) => {
    expect(networkFileSystem('/home/me/.mlo/tracking.db', facts(type))).toBeUndefined();
  });

  it.each([
    ['/mnt/data/x', 'fuse.sshfs'],
    ['/mnt/data', 'fuse.sshfs'],
    ['/mnt/with space/deep/x', 'fuse.rclone'],
    ['/mnt/data/local/x', undefined],
    ['/mnt/stick/x', undefined],
    ['/mnt/da/x', undefined],
  ])('under FUSE are told apart by what is mounted: %s', (path, expected) => {
    expect(networkFileSystem(path, facts(0x65735546))).toBe(expected);
  });

  it('are found by the nearest folder that exists', () => {
    expect(networkFileSystem('/mnt/data/new/x.db', facts(0x6969, ['/mnt/data/new/x.db', '/mnt/data/new']))).toBe('NFS');
  });

  it('do not include the disk of the temp folder, nor what cannot be looked at', () => {
    expect(networkFileSystem(join(tmpdir(), 'none', 'x.db'))).toBeUndefined();
    const denied = {
      typeOf: () => {
        throw Object.assign(new Error('EACCES'), { code: 'EACCES', errno: -13, syscall: 'statfs' });
      },
      mounts: () => MOUNTS,
    };
    expect(networkFileSystem('/x', denied)).toBeUndefined();
  });
});

describe('a tracking database on a network file system', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mlo-network-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const findNetwork = (): string => 'NFS';

  it('is refused for writing, with the way out, and nothing is created', () => {
    const error = errorOf(() => openTracking({ path: join(folder, '.mlo', 'tracking.db'), findNetwork }));
    expect(error.code).toBe('MLO_TRACKING');
    expect(error.message).toContain('network file system (NFS)');
    expect(error.hint).toContain('mlo config set tracking.path');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('that was copied there can be read, and nothing is written beside it', () => {
    const path = join(folder, 'tracking.db');
    const writer = openTracking({ path });
    writer.startRun(newRun('aa01'));
    writer.close();
    const reader = openTracking({ path, readOnly: true, findNetwork });
    expect(reader.list().map(({ name }) => name)).toEqual(['aa01']);
    expect(readdirSync(folder)).toEqual(['tracking.db']);
    reader.close();
  });
});
