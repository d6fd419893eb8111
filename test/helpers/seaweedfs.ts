import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll } from 'vitest';
import { freePort } from './free-port.ts';
import { skipTest } from './skip.ts';
import { temporaryFolder } from './temporary-folder.ts';

const VERSION = '4.48';
const REASON = 'SeaweedFS is not installed (tools/seaweedfs-install)';
/** It makes volumes on the first write. */
const START_MS = 40_000;

/** A second real S3 server, of other people and with another store. */
export interface SeaweedFs {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Makes a bucket and returns its name. */
  bucket(): Promise<string>;
}

const running = new Set<ChildProcess>();
let started: Promise<SeaweedFs> | undefined;
let buckets = 0;

afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** One for each test file. Without the program the test is skipped, and fails where `MLO_CI=1` says that everything must run. */
export async function seaweedFs(): Promise<SeaweedFs> {
  const program = join(process.env['MLO_TEST_CACHE'] ?? join(homedir(), '.cache', 'mlo-test'), `seaweedfs-${VERSION}`, 'bin', 'weed');
  if (!existsSync(program)) {
    if (process.env['MLO_CI'] === '1') throw new Error(`${REASON}, and MLO_CI=1 does not skip`);
    return skipTest(REASON);
  }
  return await (started ??= start(program));
}

async function start(program: string): Promise<SeaweedFs> {
  const folder = await temporaryFolder('mlo-weed-');
  const accessKeyId = 'mlotest';
  const secretAccessKey = 'mlotestsecret';
  const identity = {
    name: 't',
    credentials: [{ accessKey: accessKeyId, secretKey: secretAccessKey }],
    actions: ['Admin', 'Read', 'Write', 'List', 'Tagging'],
  };
  const config = join(folder, 's3.json');
  writeFileSync(config, JSON.stringify({ identities: [identity] }));
  const ports: number[] = [];
  while (ports.length < 8) ports.push(await freePort());
  const log = join(folder, 'weed.log');
  const said = openSync(log, 'w');
  const child = spawn(program, settings(folder, config, ports), { stdio: ['ignore', said, said], cwd: folder });
  closeSync(said);
  running.add(child);
  const endpoint = `http://127.0.0.1:${ports[0]}`;
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId, secretAccessKey },
  });
  const bucket = async (): Promise<string> => {
    buckets += 1;
    const name = `bucket-${process.pid}-${buckets}`;
    await client.send(new CreateBucketCommand({ Bucket: name }));
    return name;
  };
  await ready(child, bucket, log);
  return { endpoint, accessKeyId, secretAccessKey, bucket };
}

/** Nothing is told to anybody, and no port is open but these. */
function settings(
  folder: string,
  config: string,
  [s3, master, masterGrpc, volume, volumeGrpc, filer, filerGrpc, s3Grpc]: readonly number[],
): string[] {
  return [
    'server',
    `-dir=${folder}`,
    '-ip=127.0.0.1',
    '-ip.bind=127.0.0.1',
    '-master.telemetry=false',
    // Every bucket takes some. As many as the disk has room for, which 0 means, would be too few on a small one.
    '-volume.max=1000',
    '-master.volumeSizeLimitMB=1024',
    '-volume.preStopSeconds=0',
    `-master.port=${master}`,
    `-master.port.grpc=${masterGrpc}`,
    `-volume.port=${volume}`,
    `-volume.port.grpc=${volumeGrpc}`,
    '-filer',
    `-filer.port=${filer}`,
    `-filer.port.grpc=${filerGrpc}`,
    '-s3',
    `-s3.port=${s3}`,
    `-s3.port.grpc=${s3Grpc}`,
    '-s3.port.iceberg=0',
    '-s3.port.lance=0',
    '-s3.iam=false',
    '-s3.autoCreateBucket=false',
    '-s3.allowEmptyFolder=false',
    `-s3.config=${config}`,
  ];
}

/** A bucket can be made: then all its parts have found each other. */
async function ready(child: ChildProcess, bucket: () => Promise<string>, log: string): Promise<void> {
  const endMs = performance.now() + START_MS;
  while (performance.now() < endMs && child.exitCode === null) {
    const isReady = await bucket().then(
      () => true,
      () => false,
    );
    if (isReady) return;
    await sleep(200);
  }
  throw new Error(`SeaweedFS did not start:\n${readFileSync(log, 'utf8').slice(-2_000)}`);
}
