import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { dvcCommand, initDvc } from '../data/peers.ts';
import { run, type Command } from '../data/process.ts';
import type { Server } from './server.ts';

export type PeerName = 'restic' | 'rclone' | 'dvc';

const HOW: { readonly [name in PeerName]: readonly [variable: string, ask: string] } = {
  restic: ['MLO_BENCH_RESTIC', 'version'],
  rclone: ['MLO_BENCH_RCLONE', 'version'],
  dvc: ['MLO_BENCH_DVC', '--version'],
};

export interface Peers {
  readonly programs: { readonly [name in PeerName]?: string };
  /** What was found, and what was not, for people. */
  readonly lines: readonly string[];
}

export function findPeers(env: NodeJS.ProcessEnv): Peers {
  const programs: { [name in PeerName]?: string } = {};
  const lines = Object.entries(HOW).map(([name, [variable, ask]]) => {
    const program = env[variable] || undefined;
    const asked = program === undefined ? undefined : spawnSync(program, [ask], { encoding: 'utf8' });
    if (program === undefined || asked?.status !== 0) return `${name}: not found (${variable}=/path/to/${name}), rows without it`;
    programs[name as PeerName] = program;
    return `${name}: ${asked.stdout.split('\n')[0]}`;
  });
  return { programs, lines };
}

/** A repository in a bucket, with its cache beside it. */
export function restic(program: string, server: Server, bucket: string, cwd: string, ...args: readonly string[]): Command {
  const env = {
    ...server.env,
    RESTIC_REPOSITORY: `s3:${server.endpoint}/${bucket}`,
    RESTIC_PASSWORD: 'bench',
    RESTIC_CACHE_DIR: join(cwd, '..', `restic-cache-${bucket}`),
  };
  return { argv: [program, '-q', ...args], cwd, env };
}

/** The remote is called `bench:`. Sixteen files at a time, which is faster here than the default of four. */
export function rclone(program: string, server: Server, cwd: string, ...args: readonly string[]): Command {
  const env = {
    ...server.env,
    RCLONE_CONFIG: '/dev/null',
    RCLONE_CONFIG_BENCH_TYPE: 's3',
    RCLONE_CONFIG_BENCH_PROVIDER: 'Other',
    RCLONE_CONFIG_BENCH_ENV_AUTH: 'true',
    RCLONE_CONFIG_BENCH_ENDPOINT: server.endpoint,
    // The bucket is there; with versitygw rclone would wait for its making for ever.
    RCLONE_CONFIG_BENCH_NO_CHECK_BUCKET: 'true',
  };
  return { argv: [program, '-q', '--transfers', '16', '--checkers', '16', ...args], cwd, env };
}

export function dvc(program: string, server: Server, cwd: string, ...args: readonly string[]): Command {
  const command = dvcCommand(program, cwd, ...args);
  return { ...command, env: { ...server.env, ...command.env } };
}

/** DVC knows the path, and the bucket as its default remote; nothing is pushed. */
export async function addToDvc(program: string, server: Server, cwd: string, path: string): Promise<void> {
  await initDvc(program, cwd, '--no-scm');
  await run(dvc(program, server, cwd, 'add', '-q', path));
}

export async function useBucket(program: string, server: Server, cwd: string, bucket: string): Promise<void> {
  await run(dvc(program, server, cwd, 'remote', 'add', '-q', '-f', '-d', 'bench', `s3://${bucket}/dvc`));
  await run(dvc(program, server, cwd, 'remote', 'modify', '-q', 'bench', 'endpointurl', server.endpoint));
}
