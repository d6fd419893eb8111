import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { remove } from '../data/workplace.ts';

const USER = 'mlobench';
const SECRET = 'mlobenchsecret';
const START_MS = 20_000;

/** A real S3 server of its own on loopback, whose objects are files on the disk that is measured. */
export interface Server {
  readonly endpoint: string;
  /** What every client finds its credentials by. */
  readonly env: NodeJS.ProcessEnv;
  /** An empty bucket; the one before is deleted. */
  bucket(): string;
}

export async function startServer(base: string, env: NodeJS.ProcessEnv): Promise<Server> {
  const cache = env['MLO_TEST_CACHE'] ?? join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'mlo-test');
  const program = env['MLO_BENCH_S3'] ?? join(cache, 'versitygw-v1.8.0', 'versitygw');
  if (!existsSync(program))
    throw new Error(`There is no S3 server at ${program}: tools/s3-server-install, or MLO_BENCH_S3=/path/to/versitygw`);
  const data = join(base, 's3');
  mkdirSync(data);
  const port = await freePort();
  const child = spawn(program, ['--port', `127.0.0.1:${port}`, '--quiet', 'posix', data], {
    stdio: 'ignore',
    env: { PATH: env['PATH'] ?? '', HOME: base, ROOT_ACCESS_KEY: USER, ROOT_SECRET_KEY: SECRET },
  });
  process.prependOnceListener('exit', () => void child.kill('SIGKILL'));
  child.unref();
  const endpoint = `http://127.0.0.1:${port}`;
  await isReady(endpoint);
  const nothing = join(base, 'nothing');
  let buckets = 0;
  return {
    endpoint,
    env: {
      AWS_ACCESS_KEY_ID: USER,
      AWS_SECRET_ACCESS_KEY: SECRET,
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: nothing,
      AWS_SHARED_CREDENTIALS_FILE: nothing,
    },
    bucket() {
      if (buckets > 0) remove(join(data, `bucket-${buckets}`));
      buckets += 1;
      mkdirSync(join(data, `bucket-${buckets}`));
      return `bucket-${buckets}`;
    },
  };
}

async function isReady(endpoint: string): Promise<void> {
  const endMs = performance.now() + START_MS;
  while (performance.now() < endMs) {
    const answer = await fetch(endpoint).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.status === 403) return;
    await setTimeout(25);
  }
  throw new Error('the S3 server did not start');
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
