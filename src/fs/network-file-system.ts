import { readFileSync, statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isErrno } from './errno.ts';

/** `statfs` types of Linux (linux/magic.h and the modules' own headers) that several machines may have mounted at once. */
const NETWORK_TYPES: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x01021997, '9P'],
  [0x0bd00bd0, 'Lustre'],
  [0x00c36400, 'Ceph'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x73757245, 'Coda'],
  [0x47504653, 'GPFS'],
  [0x19830326, 'BeeGFS'],
  [0xaad7aaea, 'PanFS'],
  [0x01161970, 'GFS2'],
  [0x7461636f, 'OCFS2'],
  [0x013111a8, 'IBRIX'],
  [0x786f4256, 'VirtualBox'],
]);

const FUSE = 0x65735546;

/** What is known to keep its files on this machine; other kinds of FUSE (sshfs, s3fs, rclone, …) mostly do not. */
const LOCAL_FUSE =
  /^(fuseblk|virtiofs|fuse\.(mergerfs|bindfs|gocryptfs|encfs|cryfs|securefs|ntfs-3g|exfat|lxcfs|fuse-overlayfs|unionfs(-fuse)?|squashfuse\w*|zfs-fuse|ext[234]|portal|btrfs))$/;

export interface FileSystemFacts {
  /** As `statfsSync(path).type`. Throws ENOENT where there is no such path. */
  readonly typeOf: (path: string) => number;
  /** Text of `/proc/self/mountinfo`. */
  readonly mounts: () => string;
}

const FACTS: FileSystemFacts = {
  typeOf: (path) => statfsSync(path).type,
  mounts: () => readFileSync('/proc/self/mountinfo', 'utf8'),
};

/**
 * Name of the network file system that `path` lies on or would lie on; undefined on a local disk, and where the system does not say
 * (other systems than Linux number their types differently).
 */
export function networkFileSystem(path: string, facts: FileSystemFacts = FACTS): string | undefined {
  if (facts === FACTS && process.platform !== 'linux') return undefined;
  for (let place = resolve(path); ; place = dirname(place)) {
    try {
      // The number is signed where C's `long` has 32 bits.
      const type = facts.typeOf(place) >>> 0;
      return type === FUSE ? networkFuse(place, facts.mounts()) : NETWORK_TYPES.get(type);
    } catch (error) {
      if (!isErrno(error, 'ENOENT') && !isErrno(error, 'ENOTDIR')) return undefined;
      if (place === dirname(place)) return undefined;
    }
  }
}

function networkFuse(path: string, mounts: string): string | undefined {
  const type = typeOfMount(path, mounts);
  return type === undefined || LOCAL_FUSE.test(type) ? undefined : type;
}

/** Lines are `id parent major:minor root mount-point options … - type source options`; the last one that holds the path is on top. */
function typeOfMount(path: string, mounts: string): string | undefined {
  let found: { readonly point: string; readonly type: string } | undefined;
  for (const line of mounts.split('\n')) {
    const [before, after] = line.split(' - ');
    const point = before?.split(' ')[4]?.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
    const type = after?.split(' ')[0];
    if (point === undefined || type === undefined) continue;
    const holds = path === point || path.startsWith(point.endsWith('/') ? point : `${point}/`);
    if (holds && point.length >= (found?.point.length ?? 0)) found = { point, type };
  }
  return found?.type;
}
