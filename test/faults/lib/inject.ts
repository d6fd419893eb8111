import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { hashBytes } from '../../../src/fs/hash.ts';
import { REPOSITORY, requirePeer, skipTest } from '../../helpers/index.ts';
import { scratchFolder } from './scratch-folder.ts';

/** What `inject.c` counts and hits, in its order: system calls by which anything gets onto the disk. */
export const CALLS = [
  'write',
  'pwrite64',
  'rename',
  'unlink',
  'mkdir',
  'rmdir',
  'link',
  'symlink',
  'fsync',
  'fdatasync',
  'fchmod',
  'chmod',
  'ftruncate',
  'copy_file_range',
] as const;

export type Call = (typeof CALLS)[number];

/** `kill`: with -9, in place of the call; `interrupt`: with SIGINT, and then the call is made; else the call fails and does nothing. */
export type Fault = 'kill' | 'interrupt' | 'ENOSPC' | 'EIO' | 'EACCES' | 'EDQUOT' | 'EROFS' | 'EPERM';

/** The call that is hit: the `nth` of its kind that the process makes, in whichever thread. */
export interface Point {
  readonly call: Call;
  readonly nth: number;
  /** All later ones too. */
  readonly onwards?: boolean;
}

type Variables = Readonly<Record<string, string>>;

/** For the environment of a command (a program that runs at once, no shell): it is hit at that point; what it starts is left alone. */
export function injected({ call, nth, onwards = false }: Point, fault: Fault): Variables {
  const action = fault === 'kill' || fault === 'interrupt' ? fault : constants.errno[fault];
  return { LD_PRELOAD: library(), MLO_INJECT: `${call} ${nth}${onwards ? '+' : ''} ${action}` };
}

/** For the environment of a command, of which `read` says afterwards how often it made each call. */
export function counted(): { readonly env: Variables; read(): ReadonlyMap<Call, number> } {
  const path = join(scratchFolder(), 'counts');
  writeFileSync(path, Buffer.alloc(8 * CALLS.length));
  return {
    env: { LD_PRELOAD: library(), MLO_INJECT_COUNTS: path },
    read: () => {
      const counts = readFileSync(path);
      return new Map(CALLS.map((call, at) => [call, Number(counts.readBigUInt64LE(8 * at))]));
    },
  };
}

/** Compiled once for this source: a test file that comes first leaves it to all others and to later runs. */
function library(): string {
  if (process.platform !== 'linux') skipTest('only Linux has LD_PRELOAD and these calls');
  const compiler = requirePeer('cc');
  const source = join(import.meta.dirname, 'inject.c');
  const folder = join(REPOSITORY, 'node_modules', '.cache', 'mlo-inject');
  const compiled = join(folder, `${hashBytes(readFileSync(source)).slice(0, 16)}.so`);
  if (existsSync(compiled)) return compiled;
  mkdirSync(folder, { recursive: true });
  const own = mkdtempSync(join(folder, 'new-'));
  const { status, stderr } = spawnSync(compiler, ['-shared', '-fPIC', '-O2', '-o', join(own, 'inject.so'), source, '-ldl'], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`inject.c does not compile:\n${stderr}`);
  renameSync(join(own, 'inject.so'), compiled);
  rmSync(own, { recursive: true });
  return compiled;
}
