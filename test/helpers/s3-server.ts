import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { get as httpsGet } from 'node:https';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll } from 'vitest';
import { freePort } from './free-port.ts';
import { skipTest } from './skip.ts';
import { temporaryFolder } from './temporary-folder.ts';

const VERSION = 'v1.8.0';
const REASON = 'versitygw is not installed (tools/s3-server-install)';
const START_MS = 20_000;

/** A real S3 server on loopback, with a folder in which objects are files: tests may look at them and damage them. */
export interface S3Server {
  readonly endpoint: string;
  /** For processes that are to use it. */
  readonly env: { readonly [name: string]: string };
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** A new bucket: its name, and the folder of its objects. */
  bucket(): { readonly name: string; readonly folder: string };
  /** SIGKILL, then the same again on the same port. Several at once happen one after the other. */
  killAndRestart(): Promise<void>;
}

export interface S3ServerOptions {
  /** Certificate and key (PEM files): then it speaks https. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

const running = new Set<ChildProcess>();
let started: Promise<S3Server> | undefined;
let buckets = 0;

afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** One for each test file. Without the program the test is skipped, and fails where `MLO_CI=1` says that everything must run. */
export async function s3Server(): Promise<S3Server> {
  return await (started ??= ownS3Server());
}

/** One for a test that kills it, or that needs other settings. */
export async function ownS3Server(options: S3ServerOptions = {}): Promise<S3Server> {
  const program = join(process.env['MLO_TEST_CACHE'] ?? join(homedir(), '.cache', 'mlo-test'), `versitygw-${VERSION}`, 'versitygw');
  if (!existsSync(program)) {
    if (process.env['MLO_CI'] === '1') throw new Error(`${REASON}, and MLO_CI=1 does not skip`);
    return skipTest(REASON);
  }
  return await start(program, options);
}

async function start(program: string, { tls }: S3ServerOptions): Promise<S3Server> {
  const folder = await temporaryFolder('mlo-s3-');
  const data = join(folder, 'data');
  mkdirSync(data);
  const port = await freePort();
  const accessKeyId = 'mlotest';
  const secretAccessKey = 'mlotestsecret';
  const secure = tls === undefined ? [] : ['--cert', tls.cert, '--key', tls.key];
  const args = ['--port', `127.0.0.1:${port}`, '--quiet', ...secure, 'posix', data];
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder, ROOT_ACCESS_KEY: accessKeyId, ROOT_SECRET_KEY: secretAccessKey };
  const endpoint = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
  const spawnServer = async (): Promise<ChildProcess> => {
    const child = spawn(program, args, { stdio: 'ignore', env });
    running.add(child);
    await ready(`127.0.0.1:${port}`, tls !== undefined, child);
    return child;
  };
  let server = await spawnServer();
  const killAndRestart = async (): Promise<void> => {
    // One that has ended by itself would not say so again.
    if (server.exitCode === null && server.signalCode === null) {
      const isGone = new Promise<void>((resolve) => void server.once('exit', () => resolve()));
      server.kill('SIGKILL');
      await isGone;
    }
    running.delete(server);
    server = await spawnServer();
  };
  // A server that is gone already, and not yet replaced, would never say that it has gone.
  let restarted: Promise<void> = Promise.resolve();
  const nothing = join(folder, 'nothing');
  return {
    endpoint,
    accessKeyId,
    secretAccessKey,
    env: {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: nothing,
      AWS_SHARED_CREDENTIALS_FILE: nothing,
    },
    async killAndRestart() {
      restarted = restarted.then(killAndRestart);
      await restarted;
    },
    bucket() {
      buckets += 1;
      const name = `bucket-${buckets}`;
      mkdirSync(join(data, name));
      return { name, folder: join(data, name) };
    },
  };
}

/** It answers an anonymous request with 403: it is up, and it checks credentials. */
async function ready(place: string, isSecure: boolean, child: ChildProcess): Promise<void> {
  const endMs = performance.now() + START_MS;
  while (performance.now() < endMs) {
    if (child.exitCode !== null || child.signalCode !== null) break;
    if ((await statusOf(place, isSecure)) === 403) return;
    await sleep(25);
  }
  throw new Error('the S3 server did not start');
}

function statusOf(place: string, isSecure: boolean): Promise<number> {
  return new Promise((resolve) => {
    const url = `${isSecure ? 'https' : 'http'}://${place}/`;
    const answered = (answer: IncomingMessage): void => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    };
    const asked = isSecure
      ? httpsGet(url, { rejectUnauthorized: false, agent: false }, answered)
      : httpGet(url, { agent: false }, answered);
    asked.on('error', () => resolve(0));
  });
}
