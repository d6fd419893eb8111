import { execFileSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { arch, cpus, platform } from 'node:os';
import { join } from 'node:path';

const FILE_SYSTEMS = new Map([
  [0xef53, 'ext4'],
  [0x0102_1994, 'tmpfs'],
  [0x9123_683e, 'btrfs'],
  [0x5846_5342, 'xfs'],
  [0x794c_7630, 'overlayfs'],
]);

/** A folder that is gone when the process ends, however it ends (short of kill -9). */
export function makeWorkplace(dir: string): string {
  const base = mkdtempSync(join(dir, 'mlo-bench-data-'));
  process.once('exit', () => rmSync(base, { recursive: true, force: true, maxRetries: 20 }));
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.once(signal, () => {
      process.stderr.write(`\n${signal}: removing ${base}\n`);
      process.exit(code);
    });
  }
  return base;
}

/** Throws where the disk has less than `bytes` free. */
export function needSpace(base: string, bytes: number, what: string): void {
  const { bavail, bsize } = statfsSync(base);
  const free = bavail * bsize;
  if (free < bytes) throw new Error(`${what} needs ${gigabytes(bytes)} of disk, and ${base} has ${gigabytes(free)}`);
}

export function machineLine(base: string): string {
  const { type, bavail, bsize } = statfsSync(base);
  const disk = `${FILE_SYSTEMS.get(type) ?? `file system 0x${type.toString(16)}`}, ${gigabytes(bavail * bsize)} free`;
  const processor = `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'})`;
  return `Node ${process.version}, ${platform()} ${arch()}, ${processor}, ${disk}, ${new Date().toISOString().slice(0, 10)}`;
}

/** In a process of its own: quick, and signals are heard meanwhile. */
export function remove(...paths: readonly string[]): void {
  execFileSync('rm', ['-rf', '--', ...paths]);
}

export interface DiskUse {
  /** Allocated, not the length of files. */
  readonly bytes: number;
  readonly inodes: number;
}

export function diskUse(path: string): DiskUse {
  const stat = lstatSync(path);
  const own = { bytes: stat.blocks * 512, inodes: 1 };
  if (!stat.isDirectory()) return own;
  return readdirSync(path).reduce((sum, name) => {
    const part = diskUse(join(path, name));
    return { bytes: sum.bytes + part.bytes, inodes: sum.inodes + part.inodes };
  }, own);
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(0)} GB`;
}
